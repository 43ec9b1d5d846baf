"""Changes of the evidence that tests of several invariants make."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pedidos.domain.order import Status
from pedidos_drills.ledger.money import book_key
from pedidos_drills.ledger.records import Evidence, StoredEvent, StoredOrder
from tests.unit.pedidos_drills.ledger.faithful import FIRST


def with_answer(evidence: Evidence, **changes: object) -> Evidence:
    """Changes the answer to the first request."""
    first, *others = evidence.answers
    return replace(evidence, answers=[replace(first, **changes), *others])  # type: ignore[arg-type]


def with_book(evidence: Evidence, order_id: str, **changes: int) -> Evidence:
    """Changes the gateway's entry for an order."""
    key = book_key(order_id)
    book = [replace(each, **changes) if each.key == key else each for each in evidence.book]  # type: ignore[arg-type]
    return replace(evidence, book=book)


def without_order(evidence: Evidence, order_id: str) -> Evidence:
    """Removes every trace of an order from the platform, and only from there."""
    return replace(
        evidence,
        orders=[each for each in evidence.orders if each.id != order_id],
        events=[each for each in evidence.events if each.order_id != order_id],
        topic=[each for each in evidence.topic if each.order_id != order_id],
    )


def with_events(evidence: Evidence, change: Callable[[list[StoredEvent]], Sequence[StoredEvent]]) -> Evidence:
    """Changes the first order's events in PostgreSQL and on Kafka."""
    own = [each for each in evidence.events if each.order_id == FIRST]
    events = [*change(own), *(each for each in evidence.events if each.order_id != FIRST)]
    return replace(evidence, events=events, topic=events)


def with_topic(evidence: Evidence, change: Callable[[list[StoredEvent]], Sequence[StoredEvent]]) -> Evidence:
    """Changes the first order's events on Kafka only."""
    own = [each for each in evidence.topic if each.order_id == FIRST]
    return replace(evidence, topic=[*change(own), *(each for each in evidence.topic if each.order_id != FIRST)])


def another_order(order: StoredOrder, **changes: object) -> StoredOrder:
    """A second order like this one, as if it had been rejected: it moves neither money nor stock."""
    return replace(order, id="order-x", status=Status.REJECTED, version=2, **changes)  # type: ignore[arg-type]


def with_order(evidence: Evidence, order: StoredOrder) -> Evidence:
    events = [
        StoredEvent(order.id, 1, "order.placed", Status.RECEIVED),
        StoredEvent(order.id, 2, "order.rejected", Status.REJECTED),
    ]
    return replace(
        evidence,
        orders=[*evidence.orders, order],
        events=[*evidence.events, *events],
        topic=[*evidence.topic, *events],
    )


def order_named(evidence: Evidence, order_id: str) -> StoredOrder:
    return next(each for each in evidence.orders if each.id == order_id)


def refused(evidence: Evidence, status: int, *, retry_after: bool) -> Evidence:
    """A request that was refused, and then repeated under its key with success."""
    refused = replace(evidence.answers[0], status=status, order_id=None, retry_after=retry_after)
    return replace(evidence, answers=[refused, *evidence.answers])
