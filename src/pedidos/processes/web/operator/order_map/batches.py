"""Who was in the same batches as an order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from pedidos.processes.web.operator.order_map.facts import batch_of, spans_at
from pedidos.processes.web.operator.order_map.places import Place
from pedidos.storage import spans as store
from pedidos.storage.spans import Span
from pedidos.telemetry import attributes

MOST = 12
"""Batches of one place that are looked up: an order that waits for days is in a new one at each attempt."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A batch: messages is the number of all orders, or events, in it; others are those of its orders that are
    traced, and not this one."""

    name: str
    messages: int
    others: Sequence[UUID]


def shared(engine: Engine, place: Place, order_id: UUID, spans: Sequence[Span]) -> list[Shared]:
    """The batches in which the order was at this place, and which are known."""
    return list(_batches(engine, order_id, spans_at(place, spans)[:MOST]))


def _batches(engine: Engine, order_id: UUID, spans: Sequence[Span]) -> Iterator[Shared]:
    seen = set()
    for span in spans:
        batch = batch_of(span)
        if batch is None or batch in seen:
            continue
        seen.add(batch)
        wholes = store.of_trace(engine, UUID(batch))
        others = sorted({UUID(trace) for whole in wholes for trace, _ in whole.links} - {order_id})
        yield Shared(span.name, int(span.attributes.get(attributes.MESSAGES, 1)), others)
