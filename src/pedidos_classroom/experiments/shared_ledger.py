"""The ledger of the drills, for the orders of one experiment on a platform that others use too."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from pedidos.setup.demo import demo_id
from pedidos_drills.evidence import read_book, read_topic, stored_event, stored_order, topic_ends
from pedidos_drills.ledger import history, money, orders, serving
from pedidos_drills.ledger.records import Answered, Evidence, Recovery, Stock, StoredEvent
from pedidos_drills.ledger.verdict import Verdict
from pedidos_drills.load import BASKETS
from pedidos_drills.sql import shared, stored
from pedidos_local.settings import PlatformSettings

PRODUCTS = [demo_id(number) for number in sorted({number for _, basket in BASKETS for number in basket})]
"""What the customers of an experiment order."""


PUBLISHED_SECONDS = 30.0
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Start:
    """How things stood when the experiment began. units: per product, in all three counts together. began_at: seconds
    since 1970."""

    units: Mapping[str, int]
    offsets: Mapping[int, int]
    began_at: float


async def start(settings: PlatformSettings, engine: Engine, began_at: float) -> Start:
    rows = await asyncio.to_thread(stored.everything_of, engine, [], PRODUCTS)
    units = {row.product_id: row.on_hand + row.reserved + row.sold for row in rows["stock"]}
    return Start(units, await asyncio.to_thread(topic_ends, settings), began_at)


async def verdicts(
    settings: PlatformSettings, engine: Engine, began: Start, answers: Sequence[Answered], recovery: Recovery
) -> list[Verdict]:
    """The verdict on each invariant, for the orders of these answers."""
    customers, keys = {answer.customer_id for answer in answers}, {answer.key for answer in answers}
    ids = await asyncio.to_thread(shared.orders_of_keys, engine, customers, keys)
    rows = await asyncio.to_thread(stored.everything_of, engine, ids, PRODUCTS)
    counted = await asyncio.to_thread(shared.counted_since, engine, began.began_at)
    ours = {str(order_id) for order_id in ids}
    topic = await _on_kafka(settings, engine, began.offsets, ours, len(rows["events"]))
    of_ours = {money.book_key(order_id) for order_id in ours}
    evidence = Evidence(
        answers=answers,
        orders=[stored_order(row) for row in rows["orders"]],
        events=[stored_event(row) for row in rows["events"]],
        topic=topic,
        book=[entry for entry in await read_book(settings) if entry.key in of_ours],
        stock={row.product_id: Stock(row.on_hand, row.reserved, row.sold) for row in rows["stock"]},
        start_stock=began.units,
        pending=[f"payment {row.status}: {row.order_id}" for row in rows["unsettled"]],
        dead_letters=[(row.reason, row.order_id) for row in rows["dead_letters"]],
        recoveries=[recovery],
    )
    return [
        orders.nothing_lost(evidence),
        orders.nothing_invented(evidence),
        money.money(evidence),
        units(evidence.stock, began.units, counted),
        history.history(evidence),
        serving.nothing_stuck(evidence),
        serving.still_serving(evidence),
        serving.recovered_in_time(evidence),
    ]


async def _on_kafka(
    settings: PlatformSettings, engine: Engine, since: Mapping[int, int], orders: set[str], events: int
) -> list[StoredEvent]:
    """The events of these orders on Kafka. They come a moment after their commit: waits until there are as many, at
    most PUBLISHED_SECONDS."""
    deadline = time.monotonic() + PUBLISHED_SECONDS
    while True:
        topic, _ = await asyncio.to_thread(read_topic, settings, engine, since)
        ours = [event for event in topic if event.order_id in orders]
        if len(set(ours)) >= events or time.monotonic() > deadline:
            return ours
        await asyncio.sleep(LOOK_SECONDS)


def units(now: Mapping[str, Stock], before: Mapping[str, int], counted: set[str]) -> Verdict:
    """The units of each product are as many as before, in all counts together, and none is below zero.

    Others order too, so the counts are not compared with the orders of the experiment. counted: products whose units a
    merchant has counted meanwhile; their number may differ.
    """
    findings: list[tuple[str, str | None]] = []
    for product, stock in now.items():
        total = stock.on_hand + stock.reserved + stock.sold
        if total != before.get(product) and product not in counted:
            findings.append((f"product {product}: {total} units, {before.get(product, 0)} at the start", None))
        if min(stock.on_hand, stock.reserved, stock.sold) < 0:
            findings.append((f"product {product} is below zero", None))
    figures: dict[str, Any] = {"products": len(now)}
    if counted:
        figures["counted_meanwhile"] = len(counted)
    return Verdict("stock", figures, findings)
