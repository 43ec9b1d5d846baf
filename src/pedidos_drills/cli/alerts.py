"""drill alerts: causes what each alert is for, and sees it fire and end."""

from typing import TYPE_CHECKING, Annotated

import typer

from pedidos.cli.language import phrase, told

if TYPE_CHECKING:
    from pedidos_drills.alerts.drill import AlertDrill
    from pedidos_drills.alerts.run import AlertOutcome

ALL = "all"


def register(drills: typer.Typer) -> None:
    """Adds the command to those of `drill`."""
    drills.command()(alerts)


def alerts(
    names: Annotated[
        list[str] | None, typer.Argument(help=f'Drills to run, or "{ALL}"; without one, lists them.')
    ] = None,
) -> None:
    """Cause what each alert is for, on a separate platform with a Prometheus: it must fire, and end afterwards."""
    import asyncio

    from pedidos_drills.alerts.causes import DRILLS

    if not names:
        for drill in DRILLS.values():
            typer.echo(f"{drill.name}: {', '.join(drill.alerts)}")
        return
    unknown = [name for name in names if name not in DRILLS and name != ALL]
    if unknown:
        typer.echo(phrase("There is no drill {name}. See: pedidos drill alerts", name=unknown[0]), err=True)
        raise typer.Exit(2)
    chosen = list(DRILLS.values()) if ALL in names else [DRILLS[name] for name in names]
    outcomes = asyncio.run(_run(chosen))
    missed = [outcome.alert for outcome in outcomes if not outcome.holds]
    if missed:
        typer.echo(phrase("Did not fire and end: {missed}.", missed=", ".join(missed)), err=True)
        raise typer.Exit(1)
    typer.echo(phrase("{count} alerts fired and ended.", count=len(outcomes)))


async def _run(chosen: "list[AlertDrill]") -> "list[AlertOutcome]":
    """One platform for all drills that need the same settings."""
    from pedidos_drills.alerts.run import run
    from pedidos_drills.cli.drill import narrator
    from pedidos_drills.place import stage_folder
    from pedidos_drills.platform import DrillPlatform
    from pedidos_local.monitoring.server import NotFound, found

    try:
        found()
    except NotFound as missing:
        typer.echo(told(missing), err=True)
        raise typer.Exit(1) from None
    waiting: dict[str, list[AlertDrill]] = {}
    for drill in chosen:
        waiting.setdefault(repr(drill.changes), []).append(drill)
    outcomes: list[AlertOutcome] = []
    for group in waiting.values():
        with stage_folder() as (folder, port_base):
            typer.echo(phrase("Starting a separate platform."))
            async with DrillPlatform(folder, port_base, group[0].changes) as stage:
                outcomes += await run(stage, group, narrator())
    return outcomes
