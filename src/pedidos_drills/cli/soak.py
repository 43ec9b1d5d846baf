"""drill soak: random faults mixed in a long run."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pedidos.cli.language import phrase, told
from pedidos_drills.cli.drill import drills, narrator, show

if TYPE_CHECKING:
    from pedidos_drills.runner import Outcome


def register(_app: typer.Typer) -> None:
    """Adds the command of this module to the group "drill"."""
    drills.command()(soak)


def soak(
    minutes: Annotated[float, typer.Option(min=0.1, help="Minutes of load and faults.")] = 20.0,
    seed: Annotated[int, typer.Option(help="Chooses the faults, their times, and what is ordered.")] = 1,
    rate: Annotated[float, typer.Option(min=0.1, help="Orders per second.")] = 20.0,
    report: Annotated[Path | None, typer.Option("--json", help="File for the report as JSON.")] = None,
) -> None:
    """Inject random faults for a long time; every two minutes the platform comes to rest and the ledger is checked."""
    import asyncio

    from pedidos_drills.report import as_json

    outcomes = asyncio.run(_soak(minutes, seed, rate))
    orders, faults = (sum(figures) for figures in zip(*((o.orders, len(o.faults)) for o in outcomes), strict=True))
    holds = all(outcome.holds for outcome in outcomes)
    typer.echo(
        phrase(
            "\nsoak (seed {seed}): {orders} orders, {faults} random faults in {count} rounds: ",
            seed=seed,
            orders=orders,
            faults=faults,
            count=len(outcomes),
        )
        + (phrase("all holds") if holds else phrase("BROKEN"))
    )
    if report is not None:
        report.write_text(json.dumps(as_json(outcomes), indent=2) + "\n", "utf-8")
    if not holds:
        raise typer.Exit(1)


async def _soak(minutes: float, seed: int, rate: float) -> "list[Outcome]":
    from pedidos_drills.place import stage_folder
    from pedidos_drills.platform import DrillPlatform
    from pedidos_drills.runner import Runner
    from pedidos_drills.soak import rounds

    outcomes: list[Outcome] = []
    with stage_folder() as (folder, port_base):
        typer.echo(phrase("Starting a separate platform (seed {seed}).", seed=seed))
        async with DrillPlatform(folder, port_base) as stage, Runner(stage, seed, narrator()) as runner:
            for drill in rounds(minutes, seed, rate):
                typer.echo(f"\n{drill.name}: {told(drill.breaks)}")
                outcome = await runner.run(drill)
                outcomes.append(outcome)
                await show(outcome, runner)
                if not outcome.holds:
                    break  # anything broken stays broken in the books
    return outcomes
