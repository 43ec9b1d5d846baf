"""drill: injects faults on a separate platform, and checks with a ledger whether anything was lost."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pedidos.cli.language import phrase, told
from pedidos_drills.cli import alerts

if TYPE_CHECKING:
    from collections.abc import Callable

    from pedidos_drills.runner import Outcome, Runner

ALL = "all"
SHOWN_ORDERS = 3


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.add_typer(drills, name="drill")


drills = typer.Typer(no_args_is_help=True, help="Inject faults, and check whether anything was lost.")
alerts.register(drills)


@drills.command(name="list")
def list_drills() -> None:
    """Show every drill: what it breaks, and what a weak design does."""
    from pedidos_drills.catalogue import DRILLS

    for drill in DRILLS.values():
        typer.echo(
            phrase(
                "{name}\n    breaks: {breaks}\n    a weak design: {weak}",
                name=drill.name,
                breaks=drill.breaks,
                weak=drill.weak,
            )
        )


@drills.command()
def run(
    names: Annotated[list[str], typer.Argument(help=f'Drills to run, or "{ALL}".')],
    seed: Annotated[int, typer.Option(help="Decides what is ordered; the same seed, the same load.")] = 1,
    orders: Annotated[
        int | None, typer.Option(min=1, help="Minimum number of orders per drill, instead of the drill's own number.")
    ] = None,
    report: Annotated[Path | None, typer.Option("--json", help="File for the report as JSON.")] = None,
    shards: Annotated[int, typer.Option(min=1, max=16, help="Shards of the event log.")] = 1,
) -> None:
    """Run drills on a separate platform; exit status 0 only if every invariant holds after each."""
    import asyncio

    from pedidos_drills.catalogue import DRILLS
    from pedidos_drills.report import as_json

    unknown = [name for name in names if name not in DRILLS and name != ALL]
    if unknown:
        typer.echo(phrase("There is no drill {name}. See: pedidos drill list", name=unknown[0]), err=True)
        raise typer.Exit(2)
    chosen = list(DRILLS) if ALL in names else names
    outcomes = asyncio.run(_run(chosen, seed, orders, shards))
    if report is not None:
        report.write_text(json.dumps(as_json(outcomes), indent=2) + "\n", "utf-8")
    if len(outcomes) < len(chosen) or not all(outcome.holds for outcome in outcomes):
        raise typer.Exit(1)


async def _run(names: list[str], seed: int, orders: int | None, shards: int) -> "list[Outcome]":
    """Uses one platform for all drills that need the same settings, until one of them finds something broken: that
    stays broken in the books, and would be attributed to the next drill."""
    from pedidos_drills.catalogue import DRILLS

    waiting: dict[str, list[str]] = {}
    for name in names:
        needs = repr((DRILLS[name].changes, DRILLS[name].sets_clock))
        waiting.setdefault(needs, []).append(name)
    outcomes = []
    for group in waiting.values():
        while group:
            done = await _on_one_platform(group, seed, orders, shards)
            outcomes += done
            del group[: len(done)]
    return outcomes


async def _on_one_platform(names: list[str], seed: int, orders: int | None, shards: int) -> "list[Outcome]":
    """Returns at least one outcome; fewer than names if one finds something broken."""
    from pedidos_drills.catalogue import DRILLS
    from pedidos_drills.place import stage_folder
    from pedidos_drills.platform import DrillPlatform
    from pedidos_drills.runner import Runner

    outcomes = []
    with stage_folder() as (folder, port_base):
        typer.echo(phrase("Starting a separate platform (seed {seed}).", seed=seed))
        first = DRILLS[names[0]]
        stage = DrillPlatform(folder, port_base, {"relay_shards": shards, **first.changes}, sets_clock=first.sets_clock)
        async with stage, Runner(stage, seed, narrator()) as runner:
            for name in names:
                typer.echo(f"\n{name}: {told(DRILLS[name].breaks)}")
                outcome = await runner.run(DRILLS[name], orders)
                outcomes.append(outcome)
                await show(outcome, runner)
                if not outcome.holds:
                    break
    return outcomes


def narrator() -> "Callable[[str], None]":
    began = time.monotonic()
    return lambda words: typer.echo(f"  {time.monotonic() - began:6.1f} s  {words}")


async def show(outcome: "Outcome", runner: "Runner") -> None:
    from pedidos_drills.report import lines, summary

    for line in lines(outcome):
        typer.echo(line)
    typer.echo(summary(outcome))
    if outcome.holds:
        return
    named = {order_id for verdict in outcome.verdicts for _, order_id in verdict.findings if order_id}
    for order_id in sorted(named)[:SHOWN_ORDERS]:
        typer.echo(phrase("order {id}", id=order_id))
        for line in await runner.timeline(order_id):
            typer.echo(f"  {line}")
    typer.echo(
        phrase(
            "To repeat with the same load: pedidos drill run {name} --seed {seed}",
            name=outcome.drill.name,
            seed=outcome.seed,
        )
    )
