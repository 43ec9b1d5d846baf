"""Measures how long the orders in flight during a fault take to come to their end."""

import asyncio
import time
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Engine

from pedidos_drills.ledger.records import Recovery
from pedidos_drills.sql.stored import in_flight_of

LOOK_SECONDS = 0.2


async def recovery(
    engine: Engine, what: str, began: float, order_ids: Collection[str], within: float, patience: float
) -> Recovery:
    """Waits until none of the orders is in flight, at most `patience` seconds.

    began: the end of the fault (time.monotonic()). within: the limit for the recovery.
    """
    deadline = time.monotonic() + patience
    ids = [UUID(order_id) for order_id in order_ids]
    last = None
    while left := await asyncio.to_thread(in_flight_of, engine, ids):
        last = left[0]
        if time.monotonic() > deadline:
            return Recovery(what, None, within, last)
        await asyncio.sleep(LOOK_SECONDS)
    return Recovery(what, time.monotonic() - began, within, last)
