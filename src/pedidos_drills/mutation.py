"""Whether the ledger notices what is missing: each safeguard's drill, on a platform that does without the safeguard."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from pedidos.storage.engine import make_engine
from pedidos_drills.catalogue import DRILLS
from pedidos_drills.ledger import Verdict
from pedidos_drills.place import stage_folder
from pedidos_drills.platform import DrillPlatform
from pedidos_drills.runner import Runner
from pedidos_drills.safeguard import SIMULATION, Safeguard, switched_off
from pedidos_drills.simulation.database import temporary_database
from pedidos_drills.simulation.run import simulate

QUIET_SECONDS = 45.0
"""A platform without a safeguard may never be quiet; one with all of them is, sooner than that."""

HISTORIES = 500


@dataclass(frozen=True, slots=True)
class Noticed:
    """broken: what the ledger found broken, each invariant with its first finding. trouble: of the drill itself."""

    safeguard: Safeguard
    broken: dict[str, str]
    trouble: str | None

    @property
    def as_expected(self) -> bool:
        return self.safeguard.invariant in self.broken


async def distrust(safeguard: Safeguard, seed: int, say: Callable[[str], None]) -> Noticed:
    """Does what needs the safeguard, without it."""
    if safeguard.needs == SIMULATION:
        return await asyncio.to_thread(_simulated, safeguard, seed)
    verdicts, trouble = await _drilled(safeguard, safeguard.name, seed, say)
    return Noticed(safeguard, _broken(verdicts), trouble)


async def control(safeguard: Safeguard, seed: int, say: Callable[[str], None]) -> Noticed:
    """The same drill under the same settings, with the safeguard: nothing may be broken, or it was not the cause."""
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
    """A safeguard of the supervisor is switched off in this process: it is the stage's own."""
    of_supervisor = any(place.startswith("pedidos_local.") for place in safeguard.replaced)
    return switched_off(safeguard) if without and of_supervisor else nullcontext()


def _simulated(safeguard: Safeguard, seed: int) -> Noticed:
    with temporary_database() as settings:
        engine = make_engine(settings, "simulation")
        try:
            with switched_off(safeguard):
                failed = next(iter(simulate(engine, seed, HISTORIES)), None)
        finally:
            engine.dispose()
    return Noticed(safeguard, {} if failed is None else _broken(failed.verdicts), None)


def _broken(verdicts: Iterable[Verdict]) -> dict[str, str]:
    return {verdict.invariant: verdict.findings[0][0] for verdict in verdicts if not verdict.holds}
