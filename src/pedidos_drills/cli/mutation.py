"""drill distrust and drill simulate: whether the ledger notices missing safeguards, and the rules without processes."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pedidos.cli.language import phrase
from pedidos.sentence import Sentence
from pedidos_drills.cli.drill import drills

if TYPE_CHECKING:
    from collections.abc import Callable

    from pedidos_drills.mutation import Noticed


def register(_app: typer.Typer) -> None:
    """Adds the commands of this module to the group "drill"."""
    drills.command()(distrust)
    drills.command()(simulate)


def distrust(
    names: Annotated[list[str] | None, typer.Argument(help="Safeguards to switch off; all by default.")] = None,
    seed: Annotated[int, typer.Option(help="Decides what is ordered.")] = 1,
    control: Annotated[
        bool,
        typer.Option(help="Also run the drills with changed settings and the safeguard on: nothing may be broken."),
    ] = False,
    report: Annotated[Path | None, typer.Option("--json", help="File for the report as JSON.")] = None,
) -> None:
    """Switch off each safeguard and check that the ledger notices; exit status 1 if it does not."""
    import asyncio

    from pedidos_drills.place import alone
    from pedidos_drills.safeguards import NAMES

    unknown = [name for name in names or () if name not in NAMES]
    if unknown:
        typer.echo(
            phrase("There is no safeguard {name}. There are: {names}.", name=unknown[0], names=", ".join(NAMES)),
            err=True,
        )
        raise typer.Exit(2)
    with alone():
        noticed = [asyncio.run(_distrust(name, seed)) for name in names or NAMES]
        controls = [found for one in noticed if control and (found := asyncio.run(_control(one, seed)))]
    typer.echo("\n" + "\n".join(_table(noticed)))
    if report is not None:
        report.write_text(json.dumps([_as_json(one) for one in noticed], indent=2) + "\n", "utf-8")
    if not all(one.as_expected for one in noticed) or any(one.broken or one.trouble for one in controls):
        raise typer.Exit(1)


async def _distrust(name: str, seed: int) -> "Noticed":
    from pedidos_drills import mutation as checker
    from pedidos_drills.safeguards import load

    safeguard = load(name)
    typer.echo(phrase("\nwithout {name}, under {needs}: {off}", name=name, needs=safeguard.needs, off=safeguard.off))
    began = time.monotonic()
    noticed = await checker.distrust(safeguard, seed, _say(began))
    word = (
        phrase("noticed")
        if noticed.as_expected
        else phrase("NOT NOTICED: the ledger should have found {invariant} broken", invariant=safeguard.invariant)
    )
    typer.echo(f"{name}: {word} ({time.monotonic() - began:.0f} s)")
    for invariant, finding in noticed.broken.items():
        typer.echo(f"  {invariant}: {finding}")
    if noticed.trouble:
        typer.echo(phrase("  the drill itself: {trouble}", trouble=noticed.trouble))
    return noticed


async def _control(noticed: "Noticed", seed: int) -> "Noticed | None":
    from pedidos_drills import mutation as checker

    safeguard = noticed.safeguard
    if not safeguard.alone:
        return None
    typer.echo(
        phrase(
            "\nwith {name}, under {needs}, and {changes}",
            name=safeguard.name,
            needs=safeguard.needs,
            changes=dict(safeguard.alone),
        )
    )
    found = await checker.control(safeguard, seed, _say(time.monotonic()))
    typer.echo(
        phrase("  nothing is broken") if not found.broken else phrase("  BROKEN even so: {broken}", broken=found.broken)
    )
    return found


def _say(began: float) -> "Callable[[str], None]":
    return lambda words: typer.echo(f"  {time.monotonic() - began:6.1f} s  {words}")


def _table(noticed: "list[Noticed]") -> list[str]:
    rows = [("safeguard", "drill", "must break", "seen", "")]
    rows += [
        (
            one.safeguard.name,
            one.safeguard.needs,
            one.safeguard.invariant,
            ", ".join(one.broken) or "nothing",
            "as expected" if one.as_expected else "NOT NOTICED",
        )
        for one in noticed
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _as_json(one: "Noticed") -> dict[str, object]:
    return {
        "safeguard": one.safeguard.name,
        "needs": one.safeguard.needs,
        "expected": one.safeguard.invariant,
        "broken": one.broken,
        "as_expected": one.as_expected,
        "trouble": one.trouble,
    }


def simulate(
    histories: Annotated[
        int, typer.Option(min=1, help="Number of histories; the seed of the first is --seed, then it increases by one.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed of the first history.")] = 1,
    shown: Annotated[int, typer.Option(min=1, help="Number of failing histories to show before stopping.")] = 3,
    shards: Annotated[
        int, typer.Option(min=1, max=16, help="Shards of the event log, whose number grows up to this one meanwhile.")
    ] = 1,
) -> None:
    """Random histories of lost, repeated and late hints and of crashes, over the real steps and a real PostgreSQL."""
    from itertools import islice

    from pedidos.storage.engine import make_engine
    from pedidos_drills.simulation.database import temporary_database
    from pedidos_drills.simulation.run import Tally
    from pedidos_drills.simulation.run import simulate as simulated

    with temporary_database() as settings:
        engine = make_engine(settings, "simulation")
        tally = Tally()
        began = time.monotonic()
        failed = list(islice(simulated(engine, seed, histories, tally, shards), shown))
        seconds = time.monotonic() - began
        engine.dispose()
    for history in failed:
        typer.echo(phrase("seed {seed}: BROKEN", seed=history.seed))
        for line in history.told:
            typer.echo(f"    {line}")
        for verdict in history.verdicts:
            for finding, order_id in verdict.findings:
                typer.echo(f"  {verdict.invariant}: {finding}{f' ({order_id})' if order_id else ''}")
        typer.echo(phrase("Again: pedidos drill simulate --histories 1 --seed {seed}", seed=history.seed))
    typer.echo(
        phrase(
            "{tally}; {rate:.0f} histories per second: {verdict}",
            tally=tally,
            rate=tally.histories / seconds,
            verdict=Sentence("BROKEN") if failed else Sentence("all holds"),
        )
    )
    if failed:
        raise typer.Exit(1)
