"""Spans of the orders that are traced, recorded by hand where an order passes. For all others it is a comparison.

An order's id is its trace id, and the id of its first span follows from it (domain.sampling). So no message carries a
context: every process makes its spans below the first one. Work on a batch is a span in a trace of its own, with links
to the sampled orders of the batch; each of them gets a span that links back.

Recording does nothing until telemetry.exporting binds a tracer. OpenTelemetry is imported only then.
"""

import time
from collections.abc import Hashable, Iterable, Mapping
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from pedidos.domain.payment import order_of
from pedidos.domain.sampling import NEVER, RANDOM, least_key, root_span, sampled_part
from pedidos.telemetry.attributes import MESSAGES

if TYPE_CHECKING:
    from opentelemetry.trace import Span, SpanContext

    from pedidos.telemetry.spans import Spans

MOST_LINKS = 32
"""Links of a batch's span; the sampled orders beyond get their own span, which links to the batch."""

Attributes = Mapping[str, str | int | bool]
"""By names of telemetry.attributes."""


class _Recording:
    """What this process records with."""

    threshold = NEVER
    least_key = least_key(NEVER)
    spans: "Spans | None" = None


_now = _Recording()


def bind(spans: "Spans", threshold: int) -> None:
    """From now on, orders whose id reaches the threshold are traced."""
    _now.spans, _now.threshold, _now.least_key = spans, threshold, least_key(threshold)


def unbind() -> None:
    """Records nothing any more."""
    _now.spans, _now.threshold, _now.least_key = None, NEVER, least_key(NEVER)


def sampled(order_id: UUID) -> bool:
    """Whether this order is traced here."""
    return order_id.int & RANDOM >= _now.threshold


def chosen(order_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The orders that are traced here, by their ids."""
    return {order_id: order_id for order_id in order_ids if sampled(order_id)}


def order_with_key(key: bytes | None) -> UUID | None:
    """The order whose id a record of Kafka has as its key, if it is traced here. Reads no id of another order, because
    that takes a microsecond."""
    if key is None or sampled_part(key) < _now.least_key:
        return None
    try:
        order_id = UUID(key.decode())
    except ValueError:  # a stranger's record
        return None
    return order_id if sampled(order_id) else None


def accepted(order_id: UUID, began_ns: int, caller: str | None, attributes: Attributes) -> None:
    """Records the order's first span, to now. caller: the W3C trace context of the request, which becomes a link."""
    if _now.spans is not None and sampled(order_id):
        _now.spans.first(order_id, "accept", began_ns, caller, attributes).end()


def record(order_id: UUID, name: str, began_ns: int, attributes: Attributes) -> None:
    """Records a span of the order, from began_ns (since the epoch) to now."""
    if _now.spans is not None and sampled(order_id):
        _now.spans.below(order_id, root_span(order_id), name, began_ns, attributes).end(time.time_ns())


class Work(Protocol):
    """The spans of a batch, as the code in the batch sees them. Orders that are not traced are ignored."""

    def __enter__(self) -> "Work": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def note(self, key: Hashable, attributes: Attributes) -> None:
        """Adds attributes to the span of an order."""

    def end(self, keys: Iterable[Hashable], attributes: Attributes) -> None:
        """Ends the spans of these orders, before the batch ends."""

    def call(self, name: str, payment_key: str) -> "Call":
        """A context manager for a request about a payment: a span below that of its order in this batch."""

    def knows(self) -> bool:
        """Whether any order of the batch is traced."""


class Call(Protocol):
    def __enter__(self) -> "Call": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def answered(self, attributes: Attributes) -> None:
        """Adds what the answer says."""


class _Nothing:
    """A batch without a sampled order, and a call for an order that is not sampled."""

    def __enter__(self) -> "_Nothing":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def note(self, key: Hashable, attributes: Attributes) -> None:
        pass

    def end(self, keys: Iterable[Hashable], attributes: Attributes) -> None:
        pass

    def call(self, _name: str, _payment_key: str) -> "_Nothing":
        return self

    def answered(self, attributes: Attributes) -> None:
        pass

    def knows(self) -> bool:
        return False


NOTHING = _Nothing()

_current: ContextVar[Work] = ContextVar("work", default=NOTHING)


def current() -> Work:
    """The batch that the caller works at."""
    return _current.get()


def batch(
    name: str,
    orders: Mapping[Any, UUID],
    messages: int,
    attributes: Attributes,
    began_ns: int | None = None,
) -> Work:
    """A context manager for work on a batch: its span, and one for each of the sampled orders, last until its end.

    orders: the sampled ones, from chosen(), or by other keys if an order may be in the batch twice. messages: how many
    the batch has in all. began_ns: if the work began earlier than the context.
    """
    if not orders or _now.spans is None:
        return NOTHING
    return _Batch(_now.spans, name, orders, {**attributes, MESSAGES: messages}, began_ns)


class _Batch:
    def __init__(
        self,
        spans: "Spans",
        name: str,
        orders: Mapping[Any, UUID],
        attributes: Attributes,
        began_ns: int | None,
    ) -> None:
        began = began_ns or time.time_ns()
        self._spans = spans
        self._whole = spans.whole(name, list(orders.values())[:MOST_LINKS], began, attributes)
        context = self._whole.get_span_context()
        self._orders = dict(orders)
        self._parts = {key: self._part(order, name, began, attributes, context) for key, order in orders.items()}
        self._open = set(self._parts)

    def _part(self, order_id: UUID, name: str, began: int, attributes: Attributes, whole: "SpanContext") -> "Span":
        return self._spans.below(order_id, root_span(order_id), name, began, attributes, whole)

    def __enter__(self) -> "_Batch":
        self._token = _current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _current.reset(self._token)
        now = time.time_ns()
        for span in (*(self._parts[key] for key in self._open), self._whole):
            if kind is not None:
                self._spans.failed(span, kind.__name__)  # not its text, which may show a row
            span.end(now)
        self._open.clear()

    def note(self, key: Hashable, attributes: Attributes) -> None:
        if key in self._open:
            self._parts[key].set_attributes(attributes)

    def end(self, keys: Iterable[Hashable], attributes: Attributes) -> None:
        now = time.time_ns()
        for key in self._open.intersection(keys):
            self._parts[key].set_attributes(attributes)
            self._parts[key].end(now)
            self._open.remove(key)

    def call(self, name: str, payment_key: str) -> Call:
        order_id = order_of(payment_key)
        if order_id not in self._open:
            return NOTHING
        parent = self._parts[order_id].get_span_context().span_id
        return _Call(self._spans, self._spans.below(order_id, parent, name, time.time_ns(), {}))

    def knows(self) -> bool:
        return True


class _Call:
    def __init__(self, spans: "Spans", span: "Span") -> None:
        self._spans = spans
        self._span = span

    def __enter__(self) -> "_Call":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._spans.failed(self._span, kind.__name__)
        self._span.end()

    def answered(self, attributes: Attributes) -> None:
        self._span.set_attributes(attributes)
