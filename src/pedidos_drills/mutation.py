"""Checks that the ledger notices missing safeguards: runs each safeguard's drill without the safeguard."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from pedidos.storage.engine import make_engine
from pedidos_drills.catalogue import DRILLS
from pedidos_drills.ledger.verdict import Verdict
from pedidos_drills.place import stage_folder
from pedidos_drills.platform import DrillPlatform
from pedidos_drills.runner import Runner
from pedidos_drills.safeguard import SIMULATION, Safeguard, switched_off
from pedidos_drills.simulation.database import temporary_database
from pedidos_drills.simulation.run import simulate

QUIET_SECONDS = 45.0
"""A platform without a safeguard may never become quiet; one with all of them does so sooner."""

HISTORIES = 500


@dataclass(frozen=True, slots=True)
class Noticed:
    """broken: the invariants that the ledger found broken, each with its first finding. trouble: problems of the drill
    itself."""

    safeguard: Safeguard
    broken: dict[str, str]
    trouble: str | None

    @property
    def as_expected(self) -> bool:
        return self.safeguard.invariant in self.broken


async def distrust(safeguard: Safeguard, seed: int, say: Callable[[str], None]) -> Noticed:
    """Runs the drill that needs the safeguard, without the safeguard."""
    if safeguard.needs == SIMULATION:
        return await asyncio.to_thread(_simulated, safeguard, seed)
    verdicts, trouble = await _drilled(safeguard, safeguard.name, seed, say)
    return Noticed(safeguard, _broken(verdicts), trouble)


async def control(safeguard: Safeguard, seed: int, say: Callable[[str], None]) -> Noticed:
    """The same drill with the same settings and the safeguard: if anything is broken, the missing safeguard was not the
    cause."""
    verdicts, trouble = await _drilled(safeguard, None, seed, say)
    return Noticed(safeguard, _broken(verdicts), trouble)


async def _drilled(
    safeguard: Safeguard, without: str | None, seed: int, say: Callable[[str], None]
) -> tuple[Iterable[Verdict], str | None]:
    drill = DRILLS[safeguard.needs]
    with stage_folder() as (folder, port_base), _supervised(safeguard, without):
        async with (
            DrillPlatform(
                folder, port_base, {**drill.changes, **safeguard.alone}, without, sets_clock=drill.sets_clock
            ) as stage,
            Runner(stage, seed, say, QUIET_SECONDS) as runner,
        ):
            outcome = await runner.run(drill)
    return outcome.verdicts, outcome.trouble


def _supervised(safeguard: Safeguard, without: str | None) -> AbstractContextManager[None]:
    """A safeguard of the supervisor is switched off in this process, because the drill's own process supervises the
    platform."""
    of_supervisor = any(place.startswith("pedidos_local.") for place in safeguard.replaced)
    return switched_off(safeguard) if without and of_supervisor else nullcontext()


def _simulated(safeguard: Safeguard, seed: int) -> Noticed:
    with temporary_database() as settings:
        engine = make_engine(settings, "simulation")
        try:
            with switched_off(safeguard):
                shards = safeguard.alone.get("relay_shards", 1)
                failed = next(iter(simulate(engine, seed, HISTORIES, shards=shards)), None)
        finally:
            engine.dispose()
    return Noticed(safeguard, {} if failed is None else _broken(failed.verdicts), None)


def _broken(verdicts: Iterable[Verdict]) -> dict[str, str]:
    return {verdict.invariant: verdict.findings[0][0] for verdict in verdicts if not verdict.holds}
