"""A small world in which all holds: what the load was answered, and what the three books say of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pedidos.domain.order import PATH, REFUNDED, Status, event_type, stock_part
from pedidos_drills.ledger.judging import judge
from pedidos_drills.ledger.money import book_key
from pedidos_drills.ledger.pricing import Line
from pedidos_drills.ledger.records import Answered, BookEntry, Evidence, Stock, StoredEvent, StoredOrder

S = Status
PLACED, WAY = (S.RECEIVED,), PATH[: PATH.index(S.CHARGING) + 1]
TO_CONFIRMED = PATH
CUSTOMER, OTHER_CUSTOMER = "ana", "bia"
PIZZA, DRINK = "pizza", "guarana"
PRICES = {PIZZA: 5000, DRINK: 900}
AT_START = 100


@dataclass(frozen=True, slots=True)
class Fate:
    """The states that an order went through, and whether money was taken and given back."""

    way: Sequence[Status]
    taken: bool = False
    refunded: bool = False


CONFIRMED = Fate(TO_CONFIRMED, taken=True)
DELIVERED = Fate((*TO_CONFIRMED, S.PREPARING, S.ON_ITS_WAY, S.DELIVERED), taken=True)
CANCELLED_LATE = Fate((*TO_CONFIRMED, S.CANCELLED), taken=True, refunded=True)
CANCELLED_EARLY = Fate((*PLACED, S.CANCELLED))
REJECTED = Fate((*PLACED, S.REJECTED))
UNAVAILABLE = Fate((*PLACED, S.VALIDATED, S.UNAVAILABLE))
DECLINED = Fate((*WAY, S.DECLINED))
EXPIRED = Fate((*WAY, S.EXPIRED), taken=True, refunded=True)

FATES = (CONFIRMED, DELIVERED, CANCELLED_LATE, CANCELLED_EARLY, REJECTED, UNAVAILABLE, DECLINED, EXPIRED)
FIRST, DELIVERED_ONE, CANCELLED_ONE, DECLINED_ONE, EXPIRED_ONE = "order-0", "order-1", "order-2", "order-6", "order-7"


def faithful(fates: Sequence[Fate] = FATES) -> Evidence:
    """The evidence of orders that met these fates, one after the other: order-0, order-1, …"""
    orders = [_order(number, fate) for number, fate in enumerate(fates)]
    events = [event for order, fate in zip(orders, fates, strict=True) for event in _events(order, fate)]
    return Evidence(
        answers=[answered(order) for order in orders],
        orders=orders,
        events=events,
        topic=events,
        book=[_entry(order, fate) for order, fate in zip(orders, fates, strict=True) if fate.taken],
        stock=_stock(orders),
        start_stock=dict.fromkeys(PRICES, AT_START),
    )


def answered(order: StoredOrder) -> Answered:
    """A request for this order that was accepted."""
    return Answered(order.key or "", order.customer_id, 202, order.id, at=1.0, seconds=0.02)


def changed(evidence: Evidence, order_id: str, **changes: object) -> Evidence:
    """The same, with one order's row changed."""
    orders = [replace(each, **changes) if each.id == order_id else each for each in evidence.orders]  # type: ignore[arg-type]
    return replace(evidence, orders=orders)


def broken(evidence: Evidence) -> set[str]:
    """The invariants that do not hold."""
    return {verdict.invariant for verdict in judge(evidence) if not verdict.holds}


def accused(evidence: Evidence, invariant: str) -> set[str | None]:
    """The orders that findings against an invariant name; None for findings that name none."""
    (verdict,) = (verdict for verdict in judge(evidence) if verdict.invariant == invariant)
    return {order_id for _, order_id in verdict.findings}


def _order(number: int, fate: Fate) -> StoredOrder:
    lines = [Line(PIZZA, 1 + number % 2, PRICES[PIZZA]), Line(DRINK, 1, PRICES[DRINK])]
    total = sum(PRICES[line.product_id] * line.quantity for line in lines)
    events = len(fate.way) + fate.refunded
    return StoredOrder(f"order-{number}", CUSTOMER, fate.way[-1], events, total, f"key-{number}", lines)


def _events(order: StoredOrder, fate: Fate) -> Iterable[StoredEvent]:
    for version, status in enumerate(fate.way, 1):
        yield StoredEvent(order.id, version, event_type(status), status)
    if fate.refunded:
        yield StoredEvent(order.id, order.version, REFUNDED, order.status)


def _entry(order: StoredOrder, fate: Fate) -> BookEntry:
    refunded = order.total_cents if fate.refunded else 0
    return BookEntry(book_key(order.id), 1, order.total_cents, refunded)


def _stock(orders: Iterable[StoredOrder]) -> dict[str, Stock]:
    held: dict[str, Counter[str]] = {product: Counter() for product in PRICES}
    for order in orders:
        for line in order.lines:
            held[line.product_id][stock_part(order.status)] += line.quantity
    return {
        product: Stock(AT_START - parts["reserved"] - parts["sold"], parts["reserved"], parts["sold"])
        for product, parts in held.items()
    }
