"""demo: a minute of customers and merchants, shown live."""

from typing import Annotated

import typer

from pedidos.cli.language import phrase, told

_RATE = "Orders per second. Above 10, the five customers reach the limit on an account's orders per minute."


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command()(demo)


def demo(
    seconds: Annotated[float, typer.Option(min=1, help="How long customers place orders.")] = 60.0,
    rate: Annotated[float, typer.Option(min=0.1, max=500, help=_RATE)] = 5.0,
) -> None:
    """Let customers place orders of every kind, and merchants move them on; show what happens, then a summary."""
    import asyncio

    from pedidos_local.cli.demo_board import summary
    from pedidos_local.cli.demo_show import Show
    from pedidos_local.client.api_client import Refused
    from pedidos_local.client.stream import StreamLost
    from pedidos_local.settings import DemoSettings

    show = Show(DemoSettings.load(), seconds, rate)
    try:
        asyncio.run(show.run())
    except KeyboardInterrupt:
        typer.echo(phrase("\nEnded early."))
    except (Refused, StreamLost, LookupError) as failure:
        typer.echo(told(failure), err=True)
        raise typer.Exit(1) from None
    typer.echo("")
    for line in summary(show.tally, show.worst_lag):
        typer.echo(line)
