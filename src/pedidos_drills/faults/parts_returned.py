"""Merchants give parts of orders back, each request comes twice, the gateway fails, and processes die.

Customers rate what is delivered, from two tabs at once."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import ClientError

from pedidos.crash_points import CrashPoint
from pedidos.domain.access import Role
from pedidos.domain.order import Status
from pedidos.sentence import Sentence
from pedidos.setup import demo_accounts
from pedidos.setup.demo_accounts import PIZZERIA
from pedidos_drills.drill import Drill, DrillContext, Finding
from pedidos_drills.ledger.records import Evidence
from pedidos_drills.load import Mix

ORDERS = 40
ERROR_RATE = 0.5
LOOK_SECONDS = 0.2
RATED = 20
CANCELLED = 0.3
"""Share of the orders that the merchant cancels while a part of them is on its way back."""
AMOUNTS = (1, 500, 2500, 10_000_000)
"""In cents; the last one is more than any order costs."""


@dataclass
class Shop:
    """The merchant, and what it was told. asked: (order, key) of each request. made: the cents that it was told to be
    given back, by (order, key). rated: the stars that a customer was told to have given, by order."""

    scene: DrillContext
    headers: dict[str, str]
    dice: random.Random
    asked: set[tuple[str, str]] = field(default_factory=set)
    made: dict[tuple[str, str], int] = field(default_factory=dict)
    rated: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    async def serve(self) -> None:
        """Accepts orders and gives parts of them back, until it is cancelled."""
        while True:
            with suppress(ClientError, TimeoutError):
                await asyncio.gather(*(self._serve(*order) for order in await self._new()))
            await asyncio.sleep(LOOK_SECONDS)

    async def _new(self) -> list[tuple[str, str]]:
        """The orders that wait, each with its customer."""
        query = {"status": Status.CONFIRMED.value, "limit": "100"}
        async with self.scene.load.session.get("/v1/orders", params=query, headers=self.headers) as answer:
            page = await answer.json() if answer.status == 200 else {"items": []}
        return [(order["id"], order["customer_id"]) for order in page["items"] if order["id"] not in self.seen]

    async def _serve(self, order: str, customer: str) -> None:
        if await self._post(f"/v1/orders/{order}/accept", {"minutes": 30}) is None:
            return
        self.seen.add(order)
        await asyncio.gather(*(self._give(order, cents) for cents in self.dice.sample(AMOUNTS, 3)))
        if self.dice.random() < CANCELLED:
            await self._post(f"/v1/orders/{order}/cancel", {})
        elif await self._post(f"/v1/orders/{order}/dispatch") and await self._post(f"/v1/orders/{order}/deliver"):
            await self._rate(order, customer)

    async def _rate(self, order: str, customer: str) -> None:
        """From two tabs, which say something else."""
        told = await asyncio.gather(*(self.scene.load.rate(order, customer, stars) for stars in (2, 5)))
        for stars in told:
            if stars is not None:
                self.rated[order] = stars

    async def _give(self, order: str, cents: int) -> None:
        """From two tablets, under one key, until one of them was answered."""
        key = uuid4().hex
        self.asked.add((order, key))
        body = {"cause": "goodwill", "amount_cents": cents}
        answers = await asyncio.gather(*(self._post(f"/v1/orders/{order}/refunds", body, key) for _ in range(2)))
        for answer in answers:
            if answer is not None:
                self.made[order, key] = answer["amount_cents"]

    async def _post(self, path: str, body: dict[str, object] | None = None, key: str = "") -> dict[str, Any] | None:
        """The answer; None if there was none, or if it was refused."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        with suppress(ClientError, TimeoutError):
            async with self.scene.load.session.post(path, json=body, headers=headers) as answer:
                if answer.status == 200:
                    told: dict[str, Any] = await answer.json()
                    return told
        return None


async def run(scene: DrillContext) -> None:
    (email,) = (
        each.email for each in demo_accounts.ACCOUNTS if (each.role, each.merchant) == (Role.MERCHANT, PIZZERIA)
    )
    headers = {"Authorization": f"Bearer {await scene.load.sign_in(email)}"}
    shop = Shop(scene, headers, random.Random(scene.load.seed))  # noqa: S311  # the same seed, the same decisions
    scene.checks.append(lambda evidence: untrue(evidence, shop))
    working = asyncio.create_task(shop.serve())
    try:
        await scene.load.until_accepted(ORDERS)
        async with scene.broken(f"{ERROR_RATE:.0%} of the gateway's answers are errors, half of them after the work"):
            await scene.gateway_faults(error_rate=ERROR_RATE)
            try:
                await scene.load.until_accepted(ORDERS)
                await scene.dies_at(CrashPoint.UNDO_PART_ANSWERED)
            finally:
                await scene.gateway_faults()
        async with scene.broken("an api process is killed while parts are asked for"):
            await scene.killed("api-1")
        await scene.load.finish()
        await scene.until(lambda: len(shop.made) >= ORDERS, f"{ORDERS} parts to be given back")
        await scene.until(lambda: len(shop.rated) >= RATED, f"{RATED} orders to be rated")
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def untrue(evidence: Evidence, shop: Shop) -> Iterator[Finding]:
    """Whether the merchant or a customer was told something else than what is the case, or a refund was asked for by no
    request."""
    stored = {(each.order_id, each.request_key): each for each in evidence.refunds}
    for (order, key), cents in shop.made.items():
        if (order, key) not in stored or stored[order, key].amount_cents != cents:
            yield f"its merchant was told that {cents} cents come back, and they do not", order
    for (order, key), each in stored.items():
        if (order, key) not in shop.asked:
            yield f"{each.amount_cents} cents come back, which no request asked for", order
    given = {each.order_id: each.stars for each in evidence.ratings}
    for order, stars in shop.rated.items():
        if given.get(order) != stars:
            yield f"its customer was told to have given {stars} stars, it has {given.get(order, 'none')}", order


DRILL = Drill(
    "parts-returned",
    breaks=Sentence(
        "Merchants give parts of orders back, twice each and too much, and cancel some; the gateway fails, and"
        " processes are killed."
    ),
    weak=Sentence("A part comes back twice, or more comes back than was taken."),
    run=run,
    orders=200,
    rate=15.0,
    mix=Mix(tokens=("tok_ok",)),
)
