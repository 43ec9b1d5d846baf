"""Customers whose orders need nothing that is locked: their orders must not be affected."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from uuid import UUID

from pedidos.setup.demo import demo_id
from pedidos_drills.ledger.records import Bystander
from pedidos_drills.load import Load

RATE = 5.0
"""Orders per second."""

LOOK_SECONDS = 0.2


@asynccontextmanager
async def standing_by(
    load: Load, what: str, merchant: UUID, products: Sequence[int], customers: Sequence[int], within: float
) -> AsyncIterator[list[Bystander]]:
    """Inside the context, these customers place orders of these products in turn; the list is complete at the end."""
    seen: list[Bystander] = []
    ids = [demo_id(product) for product in products]

    async def stand_by(customer: int) -> None:
        began = time.monotonic()
        answer = await load.order_once(customer, ids, merchant)
        confirmed = None
        while answer.order_id is not None and time.monotonic() < began + within:
            if await load.status_of(answer.order_id, customer) == "confirmed":
                confirmed = time.monotonic() - began
                break
            await asyncio.sleep(LOOK_SECONDS)
        seen.append(Bystander(what, answer.order_id, answer.status, answer.seconds, confirmed, within))

    async def place_many() -> None:
        for customer in cycle(customers):
            group.create_task(stand_by(customer))
            await asyncio.sleep(1 / RATE)

    async with asyncio.TaskGroup() as group:
        pump = group.create_task(place_many())
        try:
            yield seen
        finally:
            pump.cancel()
