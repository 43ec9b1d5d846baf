"""Runs drills one after the other on one platform: load, fault, quiet, ledger, verdict."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from pedidos.processes.pipeline_figures import PipelineFigures
from pedidos.storage.engine import make_engine
from pedidos.storage.orders.reading import read
from pedidos_drills.drill import Drill, DrillContext, Fault
from pedidos_drills.evidence import gather, start_stock, unfinished
from pedidos_drills.ledger.judging import judge
from pedidos_drills.ledger.records import Recovery
from pedidos_drills.ledger.undone import Undone, undone_orders
from pedidos_drills.ledger.verdict import OWN, Verdict
from pedidos_drills.load import Load
from pedidos_drills.platform import DrillPlatform
from pedidos_drills.recovery import recovery
from pedidos_drills.sql import observed
from pedidos_drills.sql.aged import let_time_come

QUIET_SECONDS = 150.0
"""After this time every order must have come to its end."""

LATER_SECONDS = 3.0
WAITING = 4
"""Each fourth of the orders for later waits for tomorrow, also when the drill is over."""
LOOK_SECONDS = 0.3
DRILL_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one drill. quiet_seconds: from the end of the last fault until everything was quiet, including the
    load.

    answered_meanwhile: requests that got an answer other than 5xx during a fault. trouble: what kept the drill from
    running as planned.
    """

    drill: Drill
    seed: int
    orders: int
    faults: Sequence[Fault]
    quiet_seconds: float
    recoveries: Sequence[Recovery]
    answered_meanwhile: int
    verdicts: Sequence[Verdict]
    trouble: str | None

    @property
    def holds(self) -> bool:
        return self.trouble is None and all(verdict.holds for verdict in self.verdicts)


class Runner:
    """What stays the same from drill to drill. Use as an async context manager around an open platform."""

    def __init__(
        self, stage: DrillPlatform, seed: int, say: Callable[[str], None], quiet_seconds: float = QUIET_SECONDS
    ) -> None:
        self._stage = stage
        self._seed = seed
        self._say = say
        self._quiet_seconds = quiet_seconds
        self._again = 0
        self._has_coupon = False
        self._undone: list[Undone] = []
        self._engine: Engine = make_engine(stage.settings, "ledger")
        self._figures = PipelineFigures(stage.settings)
        settings = stage.settings
        self.load = Load(
            str(settings.public_url), settings.ca_file, stage.credentials.accounts, seed, settings.trace_key
        )

    async def __aenter__(self) -> "Runner":
        self._start_stock = await asyncio.to_thread(start_stock, self._engine)
        await self.load.__aenter__()
        return self

    async def __aexit__(self, *raised: Any) -> None:
        await self.load.__aexit__(*raised)
        await asyncio.to_thread(self._figures.close)
        self._engine.dispose()

    async def run(self, drill: Drill, orders: int | None = None) -> Outcome:
        """Runs one drill and judges what all drills on this platform have left so far."""
        scene = DrillContext(self._stage, self.load, self._engine, self._say, self._start_stock)
        first_answer = len(self.load.answers)
        accepted_before = len(self.load.accepted)
        if drill.mix.coupon and not self._has_coupon:
            await self.load.offer_coupon()
            self._has_coupon = True
        self.load.start(orders or drill.orders, drill.rate, drill.mix)
        passing = asyncio.create_task(self._let_time_pass()) if drill.mix.later else None
        trouble = None
        recovering: asyncio.Task[Recovery] | None = None
        try:
            async with asyncio.timeout(DRILL_SECONDS):
                await drill.run(scene)
                recovering = self._recovering(drill, scene)
                await self.load.finish()
                if passing is not None:
                    passing.cancel()
                    await self._let_time_come()
                    await scene.until(self._all_released, "the orders for later to be released")
        except (TimeoutError, OSError, LookupError, RuntimeError) as problem:
            trouble = f"{type(problem).__name__}: {problem}"
            self.load.enough()
        finally:
            if passing is not None:
                passing.cancel()
        self._again += scene.again
        self._undone += scene.undone
        ended = max((fault.ended for fault in scene.faults), default=time.monotonic())
        pending = await self._quiet()
        quiet = time.monotonic() - ended
        if recovering is not None:
            scene.recoveries.append(await recovering)
        gathered = await gather(
            self._stage.settings, self._engine, self.load.answers, self._start_stock, pending, self._again
        )
        evidence = replace(
            gathered,
            bystanders=scene.seen,
            recoveries=scene.recoveries,
            undone=undone_orders(gathered.answers, {order.id for order in gathered.orders}, self._undone),
        )
        own = [*scene.findings, *(finding for check in scene.checks for finding in check(evidence))]
        verdicts = [*judge(evidence), Verdict(OWN, {}, own)]
        meanwhile = sum(
            1
            for answer in self.load.answers[first_answer:]
            if 0 < answer.status < 500 and any(fault.began <= answer.at <= fault.ended for fault in scene.faults)
        )
        placed = len(self.load.accepted) - accepted_before
        return Outcome(drill, self._seed, placed, scene.faults, quiet, scene.recoveries, meanwhile, verdicts, trouble)

    @property
    def _coming(self) -> list[UUID]:
        """The orders for later whose time comes in the drill; the others wait for tomorrow."""
        return [UUID(each) for number, each in enumerate(self.load.for_later) if number % WAITING]

    async def _let_time_pass(self) -> None:
        """Lets the time of orders for later come, a few at a time."""
        while True:
            await asyncio.sleep(LATER_SECONDS)
            await self._let_time_come()

    async def _let_time_come(self) -> None:
        await asyncio.to_thread(let_time_come, self._engine, self._coming)

    def _all_released(self) -> bool:
        return not observed.scheduled(self._engine, self._coming)

    def _recovering(self, drill: Drill, scene: DrillContext) -> "asyncio.Task[Recovery]":
        """How long the effects of the drill's last fault last."""
        what, ended = ((last := scene.faults[-1]).what, last.ended) if scene.faults else (drill.name, time.monotonic())
        return asyncio.create_task(
            recovery(self._engine, what, ended, set(self.load.accepted), drill.recovers_within, self._quiet_seconds)
        )

    async def timeline(self, order_id: str) -> list[str]:
        """The order's events as text, for investigating a finding."""
        order = await asyncio.to_thread(read, self._engine, UUID(order_id))
        entries = order.timeline if order is not None else []
        return [f"{each.occurred_at:%H:%M:%S.%f} {each.version} {each.type} {each.detail}" for each in entries]

    async def _quiet(self) -> list[str]:
        """Waits until nothing is in progress; returns what still is when the time is over."""
        deadline = time.monotonic() + self._quiet_seconds
        while (pending := await asyncio.to_thread(unfinished, self._figures)) and time.monotonic() < deadline:
            await asyncio.sleep(LOOK_SECONDS)
        return pending
