"""drill alerts: causes what each alert is for, and sees it fire and end."""

from typing import TYPE_CHECKING, Annotated

import typer

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
        typer.echo(f"There is no drill {unknown[0]}. See: pedidos drill alerts", err=True)
        raise typer.Exit(2)
    chosen = list(DRILLS.values()) if ALL in names else [DRILLS[name] for name in names]
    outcomes = asyncio.run(_run(chosen))
    missed = [outcome.alert for outcome in outcomes if not outcome.holds]
    if missed:
        typer.echo(f"Did not fire and end: {', '.join(missed)}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{len(outcomes)} alerts fired and ended.")


async def _run(chosen: "list[AlertDrill]") -> "list[AlertOutcome]":
    """One platform for all drills that need the same settings."""
    from pedidos_drills.alerts.run import run
    from pedidos_drills.cli.drill import told
    from pedidos_drills.place import stage_folder
    from pedidos_drills.platform import DrillPlatform
    from pedidos_local.monitoring.server import NotFound, found

    try:
        found()
    except NotFound as missing:
        typer.echo(str(missing), err=True)
        raise typer.Exit(1) from None
    waiting: dict[str, list[AlertDrill]] = {}
    for drill in chosen:
        waiting.setdefault(repr(drill.changes), []).append(drill)
    outcomes: list[AlertOutcome] = []
    for group in waiting.values():
        with stage_folder() as (folder, port_base):
            typer.echo("Starting a separate platform.")
            async with DrillPlatform(folder, port_base, group[0].changes) as stage:
                outcomes += await run(stage, group, told())
    return outcomes
