"""Orders that are lost, invented, or wrong after a restore."""

from collections import Counter
from dataclasses import replace

from pedidos.domain.order import Status
from pedidos_drills.ledger.money import book_key
from pedidos_drills.ledger.records import Evidence, Stock
from tests.unit.pedidos_drills.ledger.changes import another_order, order_named, with_book, with_order, without_order
from tests.unit.pedidos_drills.ledger.faithful import (
    DELIVERED_ONE,
    FATES,
    FIRST,
    OTHER_CUSTOMER,
    Fate,
    changed,
    faithful,
)
from tests.unit.pedidos_drills.ledger.invariants import HISTORY, INVENTED, LOST, MONEY, STOCK, STUCK, Damages


def restored(evidence: Evidence) -> Evidence:
    """A restore of PostgreSQL took the first order away, and its money went back."""
    order = order_named(evidence, FIRST)
    sold: Counter[str] = Counter()
    for line in order.lines:
        sold[line.product_id] += line.quantity
    back = {
        product: Stock(now.on_hand + sold[product], now.reserved, now.sold - sold[product])
        for product, now in evidence.stock.items()
    }
    entry = next(each for each in evidence.book if each.key == book_key(FIRST))
    gone = with_book(without_order(evidence, FIRST), FIRST, refunded=entry.captured)
    return replace(gone, stock=back, undone=frozenset({FIRST}))


DAMAGES: Damages = {
    # After a restore
    "money is kept of an order that a restore took away": (
        {MONEY},
        lambda e: with_book(restored(e), FIRST, refunded=0),
    ),
    "more was gone after a restore than had to": ({LOST}, lambda e: without_order(restored(e), "order-4")),
    "Kafka has an order that a restore took away": ({HISTORY}, lambda e: replace(restored(e), topic=e.topic)),
    # Nothing lost
    "an accepted order is gone": ({LOST, STOCK, MONEY}, lambda e: without_order(e, FIRST)),
    "a rejected order is gone": ({LOST}, lambda e: without_order(e, "order-4")),
    "an accepted order is not at its end": (
        {LOST, STUCK},
        lambda _: faithful([*FATES, Fate((Status.RECEIVED, Status.VALIDATED))]),
    ),
    # Nothing invented
    "no client submitted an order": ({INVENTED}, lambda e: replace(e, answers=e.answers[1:])),
    "an order is there, though every answer refused it": (
        {INVENTED},
        lambda e: replace(
            e, answers=[replace(e.answers[0], status=429, order_id=None, retry_after=True), *e.answers[1:]]
        ),
    ),
    "an order without a key": ({INVENTED}, lambda e: changed(e, FIRST, key=None)),
    "an order under another key": ({INVENTED}, lambda e: changed(e, FIRST, key="key-x")),
    "an order of another customer": ({INVENTED}, lambda e: changed(e, FIRST, customer_id=OTHER_CUSTOMER)),
    "two orders under one key": ({INVENTED}, lambda e: with_order(e, another_order(order_named(e, FIRST)))),
    "one key was answered with two orders": (
        {INVENTED},
        lambda e: replace(e, answers=[*e.answers, replace(e.answers[0], order_id=DELIVERED_ONE)]),
    ),
}
