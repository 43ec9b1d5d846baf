"""Money that was taken, kept or given back as it should not be."""

from collections.abc import Sequence
from dataclasses import replace

from pedidos.domain.order import PARTLY_REFUNDED
from pedidos_drills.ledger.money import book_key
from pedidos_drills.ledger.parts import StoredRefund
from pedidos_drills.ledger.parts import book_key as refund_book_key
from pedidos_drills.ledger.pricing import Line
from pedidos_drills.ledger.records import BookEntry, Evidence, StoredEvent, StoredOrder
from pedidos_drills.ledger.vips import VipPrice
from tests.unit.pedidos_drills.ledger.changes import order_named, with_book
from tests.unit.pedidos_drills.ledger.faithful import (
    CANCELLED_ONE,
    DECLINED_ONE,
    DELIVERED_ONE,
    EXPIRED_ONE,
    FIRST,
    changed,
)
from tests.unit.pedidos_drills.ledger.invariants import HISTORY, MONEY, Damages


def without_book(evidence: Evidence, order_id: str) -> Evidence:
    return replace(evidence, book=[each for each in evidence.book if each.key != book_key(order_id)])


def with_choice(order: StoredOrder) -> list[Line]:
    """The lines of the order, the first of them with a choice that its total does not have."""
    first, *others = order.lines
    return [replace(first, choices=[350]), *others]


def with_part(evidence: Evidence, *, in_book: int | None = 300, counted: int = 300, **changes: object) -> Evidence:
    """300 cents of the delivered order came back. in_book: what the gateway says of it. counted: of the payment.
    changes: of the refund."""
    order = order_named(evidence, DELIVERED_ONE)
    part = replace(StoredRefund("r", order.id, "key-r", 300, "refunded"), **changes)  # type: ignore[arg-type]
    told = StoredEvent(order.id, order.version + 1, PARTLY_REFUNDED, order.status)
    made = {} if in_book is None else {refund_book_key(part): in_book}
    evidence = changed(evidence, order.id, version=order.version + 1, returned_cents=counted)
    evidence = replace(evidence, events=[*evidence.events, told], topic=[*evidence.topic, told], refunds=[part])
    key = book_key(order.id)
    book = [replace(each, refunded=in_book or 0, parts=made) if each.key == key else each for each in evidence.book]
    return replace(evidence, book=book)


def without_events_of_parts(evidence: Evidence) -> Evidence:
    events = [each for each in evidence.events if each.type != PARTLY_REFUNDED]
    order = order_named(evidence, DELIVERED_ONE)
    return changed(replace(evidence, events=events, topic=events), order.id, version=order.version - 1)


def with_vip_price(evidence: Evidence, times: Sequence[tuple[float | None, float | None]]) -> Evidence:
    """The first order has a discount for VIPs, and was placed at 100 seconds. times: when its customer was one."""
    return replace(evidence, vip_prices=[VipPrice(FIRST, 100.0, times)])


DAMAGES: Damages = {
    # Money
    "charged twice": ({MONEY}, lambda e: with_book(e, FIRST, captures=2, captured=2 * e.book[0].captured)),
    "charged twice, one of them refunded": (
        {MONEY},
        lambda e: with_book(e, FIRST, captures=2, captured=2 * e.book[0].captured, refunded=e.book[0].captured),
    ),
    "a paid order was never charged": ({MONEY}, lambda e: without_book(e, FIRST)),
    "a delivered order was never charged": ({MONEY}, lambda e: without_book(e, DELIVERED_ONE)),
    "a cent too little": ({MONEY}, lambda e: with_book(e, FIRST, captured=e.book[0].captured - 1)),
    "a cent too much": ({MONEY}, lambda e: with_book(e, FIRST, captured=e.book[0].captured + 1)),
    "a paid order was refunded": ({MONEY}, lambda e: with_book(e, FIRST, refunded=e.book[0].captured)),
    "a choice that was not charged": ({MONEY}, lambda e: changed(e, FIRST, lines=with_choice(order_named(e, FIRST)))),
    "no refund of a cancelled order": ({MONEY}, lambda e: with_book(e, CANCELLED_ONE, refunded=0)),
    "no refund of an expired order": ({MONEY}, lambda e: with_book(e, EXPIRED_ONE, refunded=0)),
    "half a refund": ({MONEY}, lambda e: with_book(e, CANCELLED_ONE, refunded=100)),
    "refunded twice": (
        {MONEY},
        lambda e: with_book(e, CANCELLED_ONE, refunded=2 * order_named(e, CANCELLED_ONE).total_cents),
    ),
    "a declined order was charged": (
        {MONEY},
        lambda e: replace(e, book=[*e.book, BookEntry(book_key(DECLINED_ONE), 1, 5900, 0)]),
    ),
    "charged for no order": (
        {MONEY},
        lambda e: replace(e, book=[*e.book, BookEntry(book_key("order-x"), 1, 5900, 0)]),
    ),
    "charged under a key that is none": (
        {MONEY},
        lambda e: replace(e, book=[*e.book, BookEntry(f"{book_key(FIRST)}:2", 1, 5900, 0)]),
    ),
    # VIPs
    "the price of VIPs for somebody else": ({MONEY}, lambda e: with_vip_price(e, [])),
    "the price of VIPs before its customer was one": ({MONEY}, lambda e: with_vip_price(e, [(102.0, None)])),
    "the price of VIPs after its customer was one": ({MONEY}, lambda e: with_vip_price(e, [(None, 98.0)])),
    # Refunds in part
    "a part was not given back": ({MONEY}, lambda e: with_part(e, in_book=None)),
    "a part was given back with a cent less": ({MONEY}, lambda e: with_part(e, in_book=299)),
    "a part is not counted": ({MONEY}, lambda e: with_part(e, counted=0)),
    "a part is more than was paid": (
        {MONEY},
        lambda e: with_part(e, amount_cents=99_999_999, in_book=99_999_999, counted=99_999_999),
    ),
    "a part was promised and is refused": (
        {MONEY, HISTORY},
        lambda e: with_part(e, status="refused", in_book=None, counted=0),
    ),
    "a part was given back of no order": ({MONEY, HISTORY}, lambda e: with_part(e, order_id="order-x", counted=0)),
    "two refunds under one key": (
        {MONEY, HISTORY},
        lambda e: replace(with_part(e), refunds=2 * list(with_part(e).refunds)),
    ),
    "a part that no request asked for": (
        {MONEY},
        lambda e: replace(with_part(e), refund_keys=frozenset({(DELIVERED_ONE, "key-x")})),
    ),
    "a part came back that is no refund": (
        {MONEY},
        lambda e: with_book(e, DELIVERED_ONE, parts={"refund:x:y": 1}, refunded=1),  # type: ignore[arg-type]
    ),
    "a part is in no event": ({HISTORY}, lambda e: without_events_of_parts(with_part(e))),
}
