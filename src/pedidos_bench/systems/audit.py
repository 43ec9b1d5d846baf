"""Checks that this platform processed its orders correctly: the drills' ledger judges a benchmark's evidence."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row

from pedidos.processes.pipeline_figures import PipelineFigures
from pedidos_bench.sql import platform
from pedidos_drills.evidence import read_topic, stored_event, stored_order, unfinished
from pedidos_drills.ledger.judging import judge
from pedidos_drills.ledger.records import Answered, BookEntry, Evidence, Stock
from pedidos_drills.sql import stored
from pedidos_local.settings import PlatformSettings

QUIET_SECONDS = 60.0
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Opening:
    """The state when the platform was started: stock per product, and the orders stored before."""

    stock: Mapping[str, Stock]
    orders: int

    @classmethod
    def read(cls, engine: Engine, products: Sequence[UUID]) -> "Opening":
        return cls(_stock(stored.everything_of(engine, [], products)["stock"]), platform.count_orders(engine))


def findings(
    settings: PlatformSettings,
    engine: Engine,
    opening: Opening,
    products: Sequence[UUID],
    accepted: Sequence[str],
    book: Sequence[BookEntry],
) -> list[str]:
    """The ledger's findings about the run, as text. Waits first until the platform is quiet, for at most a minute."""
    pending = _until_quiet(settings)
    ids = [UUID(order_id) for order_id in accepted]
    rows = stored.everything_of(engine, ids, products)
    orders = [stored_order(row) for row in rows["orders"]]
    topic, foreign = read_topic(settings, engine)
    # The orders that were stored before have units of their own, which do not belong to this run.
    now = {product: _since(opening.stock[product], stock) for product, stock in _stock(rows["stock"]).items()}
    start = {product: stock.on_hand + stock.reserved for product, stock in opening.stock.items()}
    by_id = {order.id: order for order in orders}
    evidence = Evidence(
        answers=[_answered(order_id, by_id.get(order_id)) for order_id in accepted],
        orders=orders,
        events=[stored_event(row) for row in rows["events"]],
        topic=topic,
        foreign=foreign,
        book=book,
        stock=now,
        start_stock=start,
        pending=[*pending, *_others(platform.count_orders(engine) - opening.orders - len(orders))],
        dead_letters=[(row.reason, row.order_id) for row in rows["dead_letters"]],
    )
    found = [
        f"{verdict.invariant}: {words}" + (f" (order {order_id})" if order_id else "")
        for verdict in judge(evidence)
        for words, order_id in verdict.findings
    ]
    return found + [f"order {order.id} is {order.status}" for order in orders if order.status != "confirmed"]


def _until_quiet(settings: PlatformSettings) -> list[str]:
    figures = PipelineFigures(settings)
    try:
        deadline = time.monotonic() + QUIET_SECONDS
        while (pending := unfinished(figures, mails=False)) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        return pending
    finally:
        figures.close()


def _answered(order_id: str, stored: Any) -> Answered:
    """The load client keeps the ids; the platform's tables hold the key and the customer of each order."""
    key = stored.key if stored is not None and stored.key is not None else order_id
    customer = stored.customer_id if stored is not None else ""
    return Answered(key, customer, 202, order_id, 0.0, 0.0)


def _others(count: int) -> list[str]:
    return [f"{count} orders are stored, but no client got an answer"] if count else []


def _stock(rows: Sequence[Row[Any]]) -> dict[str, Stock]:
    return {row.product_id: Stock(row.on_hand, row.reserved, row.sold) for row in rows}


def _since(opening: Stock, now: Stock) -> Stock:
    return Stock(now.on_hand, now.reserved, now.sold - opening.sold)
