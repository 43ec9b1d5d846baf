"""An event of the log as its records on Kafka, whole or without its detail."""

from collections.abc import Iterator

from pedidos.domain.order import Status, event_type
from pedidos.messaging.codec import OrderEvent, encode
from pedidos.messaging.producer import Record
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.storage.event_log.events import LoggedEvent

PLACED_TYPE = event_type(Status.RECEIVED)


def records(event: LoggedEvent, shard: int, number: int, log: str = "") -> Iterator[Record]:
    """What is published of the event, whose running number in the shard this is. log: the id of the log that it has
    this number in; a replay, which comes at any time, does not say."""
    key, value, headers = encode(to_event(event), f"{shard}/{number}", str(event.cursor), event.traceparent, log)
    yield Record(EVENTS, key, value, headers)
    if event.type == PLACED_TYPE:
        yield Record(PLACED, key, value, headers)


def to_event(event: LoggedEvent) -> OrderEvent:
    """The event as it is published, without its place in the log."""
    return OrderEvent(
        order_id=event.order_id,
        version=event.version,
        type=event.type,
        status=event.status,
        customer_id=event.customer_id,
        merchant_id=event.merchant_id,
        occurred_at=event.occurred_at,
        detail=event.detail,
    )


def abridged(event: LoggedEvent) -> LoggedEvent:
    """The same event without its detail, which alone can be large: the log keeps it."""
    return event._replace(detail={"omitted": True})
