"""Merchants sleep, or accept just when their time is over, while the processes that look after that die."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from aiohttp import ClientError

from pedidos.crash_points import CrashPoint
from pedidos.domain.order import PATH, Status
from pedidos.domain.steps import Step
from pedidos.processes.celery_app import hint, make_celery
from pedidos.sentence import Sentence
from pedidos.setup import demo_accounts
from pedidos_drills.drill import WAIT_SECONDS, Drill, DrillContext, Finding
from pedidos_drills.ledger.records import Evidence
from pedidos_drills.load import Mix
from pedidos_drills.sql import shared

LIMIT_SECONDS = 4.0
LOOK_SECONDS = 0.2
AROUND_SECONDS = 0.25
"""How long before or after the limit a merchant accepts that hesitates."""
SLEEPS, HESITATES = 0.35, 0.4
REPEATED = 5


@dataclass
class Kitchen:
    """One merchant, as its tablet sees its orders. answers: of the requests to accept, by the order."""

    scene: DrillContext
    headers: dict[str, str]
    dice: random.Random
    answers: dict[str, list[int]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    asking: set["asyncio.Task[None]"] = field(default_factory=set)

    async def work(self) -> None:
        """Looks for new orders and decides about each, until it is cancelled."""
        while True:
            with suppress(ClientError, TimeoutError):
                for order in await self._new():
                    self.seen.add(order)
                    if self.dice.random() >= SLEEPS:
                        task = asyncio.create_task(self._accept(order))
                        self.asking.add(task)
                        task.add_done_callback(self.asking.discard)
            await asyncio.sleep(LOOK_SECONDS)

    async def _new(self) -> list[str]:
        query = {"status": Status.CONFIRMED.value, "limit": "100"}
        async with self.scene.load.session.get("/v1/orders", params=query, headers=self.headers) as answer:
            page = await answer.json() if answer.status == 200 else {"items": []}
        return [order["id"] for order in page["items"] if order["id"] not in self.seen]

    async def _accept(self, order: str) -> None:
        """At once, or around the end of its time, from two tablets."""
        tablets = 1
        if self.dice.random() < HESITATES:
            around = self.dice.uniform(-AROUND_SECONDS, AROUND_SECONDS)
            until = (await self._expires_at(order) - datetime.now(UTC)).total_seconds()
            await asyncio.sleep(max(0.0, until + around))
            tablets = 2
        await asyncio.gather(*(self._ask(order) for _ in range(tablets)))

    async def _expires_at(self, order: str) -> datetime:
        with suppress(ClientError, TimeoutError):
            async with self.scene.load.session.get(f"/v1/orders/{order}", headers=self.headers) as answer:
                told: dict[str, Any] = await answer.json()
                if told.get("expires_at"):
                    return datetime.fromisoformat(told["expires_at"])
        return datetime.now(UTC)

    async def _ask(self, order: str) -> None:
        path = f"/v1/orders/{order}/accept"
        with suppress(ClientError, TimeoutError):
            async with self.scene.load.session.post(path, json={"minutes": 30}, headers=self.headers) as answer:
                self.answers.setdefault(order, []).append(answer.status)


async def run(scene: DrillContext) -> None:
    kitchens = [
        Kitchen(
            scene,
            {"Authorization": f"Bearer {await scene.load.sign_in(each.email)}"},
            random.Random(scene.load.seed + each.number),  # noqa: S311  # the same seed, the same decisions
        )
        for each in demo_accounts.ACCOUNTS
        if each.role == "merchant"
    ]
    working = [asyncio.create_task(kitchen.work()) for kitchen in kitchens]
    try:
        await _break(scene)
        await scene.load.finish()
        await _decided(scene)
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
    await asyncio.gather(*(task for kitchen in kitchens for task in kitchen.asking))
    answers = {order: each for kitchen in kitchens for order, each in kitchen.answers.items()}
    scene.checks.append(lambda evidence: untrue(evidence, answers))
    scene.checks.append(unused)


async def _break(scene: DrillContext) -> None:
    for _ in range(2):
        await scene.load.until_accepted(15)
        async with scene.broken("the scheduler is killed while orders run out of time"):
            await scene.killed("scheduler")
        async with scene.broken(f"a worker's child dies at {CrashPoint.EXPIRE_UNACCEPTED}"):
            await scene.dies_at(CrashPoint.EXPIRE_UNACCEPTED)
    app = make_celery(scene.stage.settings)
    try:
        await scene.load.until_accepted(20)
        orders = [UUID(order) for order in sorted(scene.load.accepted)]
        async with scene.broken(f"the step that ends them is pointed {REPEATED} times at {len(orders)} orders"):
            for _ in range(REPEATED):
                await asyncio.to_thread(hint, app, Step.EXPIRE, orders)
                await asyncio.sleep(LOOK_SECONDS)
    finally:
        app.close()


async def _decided(scene: DrillContext) -> None:
    """Returns when no order waits for its merchant."""
    orders = sorted(scene.load.accepted)
    async with asyncio.timeout(WAIT_SECONDS):
        while (await asyncio.to_thread(shared.states, scene.engine, orders)).keys() & set(PATH):
            await asyncio.sleep(LOOK_SECONDS)


def untrue(evidence: Evidence, answers: dict[str, list[int]]) -> Iterator[Finding]:
    """Orders whose merchant was told something else than what is the case."""
    states = {order.id: order.status for order in evidence.orders}
    for order, told in answers.items():
        if 200 in told and states[order] not in (Status.PREPARING, Status.CANCELLED):
            yield f"accepted, and {states[order]}", order
        missed = any(wait.order_id == order and wait.outcome == "missed" for wait in evidence.waits)
        if 200 in told and missed:
            yield "its merchant was told that it has accepted it, and it has ended because it was not", order


def unused(evidence: Evidence) -> Iterator[Finding]:
    """Whether an outcome never happened: then the drill proves nothing."""
    for outcome in ("accepted", "missed"):
        if not any(wait.outcome == outcome for wait in evidence.waits):
            yield f"no order was {outcome}: the drill proves nothing", None


DRILL = Drill(
    "merchant-asleep",
    breaks=Sentence(
        "Merchants do not accept orders, or accept them just when their time is over, while the processes that end"
        " such orders are killed."
    ),
    weak=Sentence("An order is accepted and refunded, or it waits forever with the customer's money."),
    run=run,
    orders=150,
    rate=10.0,
    mix=Mix(tokens=("tok_ok",), cancelled=0.1),
    changes={"acceptance_seconds": LIMIT_SECONDS},
)
