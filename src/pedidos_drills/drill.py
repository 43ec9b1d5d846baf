"""A drill: a fault, what a weak design would do, and how to cause the fault."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

from aiohttp import ClientSession
from sqlalchemy import Engine

from pedidos.payments.access import authorization
from pedidos.sentence import Sentence
from pedidos.setup.demo import MARKET
from pedidos_drills.bystanders import standing_by
from pedidos_drills.ledger.records import Bystander, Evidence, Recovery
from pedidos_drills.ledger.undone import Undone
from pedidos_drills.load import USUAL, Load, Mix
from pedidos_drills.platform import DrillPlatform

WAIT_SECONDS = 60.0

LEFT_ALONE: Mapping[str, Any] = MappingProxyType({"hung_seconds": 600.0})
"""Settings for a drill that stops a process and continues it: the supervisor must not replace the process meanwhile."""


class CrashPointNotReached(TimeoutError):
    """No process reached the crash point, so the fault did not happen."""


Finding = tuple[str, str | None]
"""What is wrong, as text, and the order that is affected, if any."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, with its begin and end; times are time.monotonic()."""

    what: str
    began: float
    ended: float


@dataclass
class DrillContext:
    """The tools of a drill. say prints progress. engine: connected to the platform's database.

    start_stock: units per product before all drills; a drill that adds units adds them here. findings: what the drill
    itself found wrong. checks: run on the ledger's evidence when the platform is quiet. seen: the bystanders' orders.
    recoveries: those that the drill measured before the end of its last fault. again: mails that its deaths in the
    stated window may have sent a second time. undone: each restore of PostgreSQL to an earlier moment.
    """

    stage: DrillPlatform
    load: Load
    engine: Engine
    say: Callable[[str], None]
    start_stock: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    checks: list[Callable[[Evidence], Iterable[Finding]]] = field(default_factory=list)
    seen: list[Bystander] = field(default_factory=list)
    recoveries: list[Recovery] = field(default_factory=list)
    again: int = 0
    undone: list[Undone] = field(default_factory=list)

    @asynccontextmanager
    async def broken(self, what: str) -> AsyncIterator[None]:
        """Inside the context something is broken. Announces, times and counts the fault, unless CrashPointNotReached is
        raised."""
        self.say(f"✗ {what}")
        began = time.monotonic()
        happened = True
        try:
            yield
        except CrashPointNotReached:
            happened = False
            raise
        finally:
            if happened:
                self.faults.append(Fault(what, began, time.monotonic()))
            self.say(f"✓ {what}: {'over' if happened else 'did not happen'} after {time.monotonic() - began:.1f} s")

    @asynccontextmanager
    async def bystanders(
        self,
        what: str,
        products: Sequence[int] = (201,),
        merchant: UUID = MARKET,
        customers: Sequence[int] = (3, 4),
        within: float = 5.0,
    ) -> AsyncIterator[None]:
        """Inside the context, customers place orders that do not need what is locked, and expect them to be confirmed
        within the given seconds.

        products: their numbers in the demo catalogue. customers: chosen by numbers.
        """
        async with standing_by(self.load, what, merchant, products, customers, within) as seen:
            yield
        self.seen += seen

    async def until(self, holds: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS) -> None:
        """Returns when the condition holds. Raises TimeoutError, which names the condition."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds:.0f} s for: {what}")
            await asyncio.sleep(0.05)

    async def running(self, name: str) -> None:
        """Returns when the program is running (again)."""
        await self.until(lambda: self._state(name) == "running", f"{name} to be running")

    async def killed(self, name: str) -> None:
        """Kills a program with all its child processes, and returns when the supervisor has restarted it."""
        before = self.stage.pid(name)
        self.stage.kill(name)
        await self.until(lambda: self.stage.pid(name) not in (None, before), f"{name} to be started again")
        await self.running(name)

    async def dies_at(self, point: str, program: str | None = None, seconds: float = WAIT_SECONDS) -> None:
        """Arms a crash point and returns when a process has died there. Raises CrashPointNotReached if none did.

        program: if given, returns only when the supervisor has restarted it.
        """
        before = None if program is None else self.stage.pid(program)
        self.stage.arm(point)
        try:
            await self.until(lambda: not self.stage.armed(point), f"a death at {point}", seconds)
        except TimeoutError:
            self.stage.disarm(point)
            raise CrashPointNotReached(f"nothing reached {point} within {seconds:.0f} s") from None
        if program is not None:
            await self.until(lambda: self.stage.pid(program) not in (None, before), f"{program} to be started again")
            await self.running(program)

    async def gateway_faults(self, **faults: object) -> None:
        """Sets the faults of the gateway simulator (pedidos_gateway/faults.py). Without any, it behaves correctly."""
        settings = self.stage.settings
        async with (
            ClientSession(str(settings.gateway_url), headers=authorization(settings.gateway_admin_key)) as session,
            session.put("/v1/faults", json=faults) as answer,
        ):
            answer.raise_for_status()

    def _state(self, name: str) -> object:
        return next(facts["state"] for facts in self.stage.supervisor.facts() if facts["name"] == name)


@dataclass(frozen=True, slots=True)
class Drill:
    """breaks: the fault, in one sentence. weak: what a weak design does then. run: causes the fault, while the load
    runs.

    recovers_within: seconds after the end of its last fault in which every order accepted by then comes to its end.
    changes: settings that its platform must have. sets_clock: whether it sets its platform's clock. Drills that need
    the same settings share a platform.
    """

    name: str
    breaks: Sentence
    weak: Sentence
    run: Callable[[DrillContext], Awaitable[None]]
    orders: int = 120
    rate: float = 30.0
    mix: Mix = USUAL
    recovers_within: float = 60.0
    changes: Mapping[str, Any] = field(default_factory=dict)
    sets_clock: bool = False
