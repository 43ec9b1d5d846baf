"""Fifty concurrent requests place an order with the same Idempotency-Key."""

import asyncio
from uuid import uuid4

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext

REQUESTS = 50
ROUNDS = 4
SLOW_SECONDS = 0.05
"""In every second round PostgreSQL answers this much later, so that the requests meet."""


async def run(scene: DrillContext) -> None:
    wire = scene.stage.proxies["api-database"]
    for number in range(ROUNDS):
        await scene.load.until_accepted(10)
        key = str(uuid4())
        wire.delay(SLOW_SECONDS if number % 2 else 0.0)
        async with scene.broken(f"{REQUESTS} concurrent requests with one Idempotency-Key"):
            orders = await asyncio.gather(*(scene.load.order(number, key=key) for _ in range(REQUESTS)))
        if None in orders or len(set(orders)) != 1:
            scene.findings.append((f"{REQUESTS} requests under one key were answered with orders {set(orders)}", None))
        told = [answer.status for answer in scene.load.asked(key, number)]
        scene.say(f"  they were answered {', '.join(f'{told.count(each)} x {each}' for each in sorted(set(told)))}")
        if set(told) - {202, 409, 503}:
            scene.findings.append((f"requests under one key were answered {sorted(set(told))}", orders[0]))
    wire.delay(0.0)


DRILL = Drill(
    "one-key-fifty",
    breaks=Sentence("A client sends the same order fifty times at the same time, with one Idempotency-Key."),
    weak=Sentence("Two requests see that there is no order yet, and there are two orders."),
    run=run,
    orders=80,
)
