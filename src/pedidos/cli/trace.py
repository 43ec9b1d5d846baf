"""trace: the way of an order through the processes, as a waterfall."""

import json
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer

from pedidos.cli.language import phrase


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command()(trace)


def trace(
    order: Annotated[UUID, typer.Argument(metavar="ORDER", help="The order's id.")],
    as_json: Annotated[bool, typer.Option("--json", help="The spans, for programs.")] = False,
) -> None:
    """Show where the time of an order went: its spans of the last day. Exit status 1 if there are none."""
    from pedidos.cli import trace_view
    from pedidos.settings.processes import TraceCommandSettings
    from pedidos.storage import spans
    from pedidos.storage.engine import make_engine

    engine = make_engine(TraceCommandSettings.load(), "trace")
    try:
        found = spans.of_trace(engine, order)
    finally:
        engine.dispose()
    if as_json:
        typer.echo(json.dumps([asdict(span) for span in found], indent=2, default=str))
    elif found:
        typer.echo("\n".join(trace_view.waterfall(found)))
    else:
        typer.echo(
            phrase(
                "There are no spans of {order}. One order in a hundred is traced (PEDIDOS_TRACE_RATIO), and each "
                "that `pedidos order` or a page places. Spans are kept for a day, and arrive within seconds.",
                order=order,
            ),
            err=True,
        )
    if not found:
        raise typer.Exit(1)
