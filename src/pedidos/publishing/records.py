"""An event of the log as its records on Kafka, whole or without its detail."""

from collections.abc import Iterator

from pedidos.domain.order import Status, event_type
from pedidos.domain.sampling import traceparent
from pedidos.messaging.codec import OrderEvent, encode
from pedidos.messaging.record_batches import Record
from pedidos.messaging.signatures import RecordKeys
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.telemetry import traces

PLACED_TYPE = event_type(Status.RECEIVED)


def records(event: LoggedEvent, shard: int, number: int, keys: RecordKeys, log: str = "") -> Iterator[Record]:
    """The signed records for an event. number: its running number in the shard. log: the id of the log with this
    number; a replay, which can happen at any time, leaves it out.

    The events of a sampled order carry its trace context, the first event of another order that of its request.
    """
    trace = traceparent(event.order_id) if traces.sampled(event.order_id) else event.traceparent
    key, value, headers = encode(
        to_event(event), shard=shard, number=number, cursor=event.cursor, traceparent=trace, log=log
    )
    yield Record(EVENTS, key, value, keys.sign(EVENTS, key, value, headers))
    if event.type == PLACED_TYPE:
        yield Record(PLACED, key, value, keys.sign(PLACED, key, value, headers))


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
    """The same event without its detail, the only part that can be large: the log keeps it."""
    return event._replace(detail={"omitted": True})
