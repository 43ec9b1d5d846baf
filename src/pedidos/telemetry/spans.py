"""Makes OpenTelemetry's spans under the ids that an order gives them."""

import threading
from collections.abc import Mapping, Sequence
from uuid import UUID

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace.propagation import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from pedidos.domain.sampling import root_span

SAMPLED = TraceFlags(TraceFlags.SAMPLED)


class GivenIds(IdGenerator):
    """Random ids, unless the calling thread has given those of the next span."""

    def __init__(self) -> None:
        self._random = RandomIdGenerator()
        self._next = threading.local()

    def give(self, trace_id: int, span_id: int) -> None:
        self._next.ids = (trace_id, span_id)

    def generate_trace_id(self) -> int:
        given = getattr(self._next, "ids", None)
        return self._random.generate_trace_id() if given is None else given[0]

    def generate_span_id(self) -> int:
        given = getattr(self._next, "ids", None)
        if given is None:
            return self._random.generate_span_id()
        self._next.ids = None
        return int(given[1])


class Spans:
    """The spans of one process. ids: those of the provider."""

    def __init__(self, provider: TracerProvider, ids: GivenIds) -> None:
        self._tracer = provider.get_tracer("pedidos")
        self._ids = ids

    def first(
        self, order_id: UUID, name: str, began_ns: int, caller: str | None, attributes: Mapping[str, str | int | bool]
    ) -> Span:
        """The span that all others of the order are below."""
        self._ids.give(order_id.int, root_span(order_id))
        return self._tracer.start_span(
            name, _EMPTY, SpanKind.SERVER, attributes, _links_of(caller), start_time=began_ns
        )

    def below(
        self,
        order_id: UUID,
        parent: int,
        name: str,
        began_ns: int,
        attributes: Mapping[str, str | int | bool],
        whole: SpanContext | None = None,
    ) -> Span:
        """A span of the order, below its span with the id parent. whole: the batch that it is a part of."""
        above = set_span_in_context(NonRecordingSpan(_context(order_id, parent)), _EMPTY)
        links = [] if whole is None else [Link(whole)]
        return self._tracer.start_span(name, above, SpanKind.INTERNAL, attributes, links, start_time=began_ns)

    def whole(
        self, name: str, orders: Sequence[UUID], began_ns: int, attributes: Mapping[str, str | int | bool]
    ) -> Span:
        """The span of a batch, in a trace of its own, with links to orders."""
        links = [Link(_context(order_id, root_span(order_id))) for order_id in orders]
        return self._tracer.start_span(
            f"{name} batch", _EMPTY, SpanKind.CONSUMER, attributes, links, start_time=began_ns
        )

    @staticmethod
    def failed(span: Span, reason: str) -> None:
        """Marks the span as failed."""
        span.set_status(Status(StatusCode.ERROR, reason))


_EMPTY = set_span_in_context(NonRecordingSpan(SpanContext(0, 0, is_remote=False)))
"""A context without a parent."""


def _context(order_id: UUID, span_id: int) -> SpanContext:
    return SpanContext(order_id.int, span_id, is_remote=True, trace_flags=SAMPLED)


def _links_of(caller: str | None) -> list[Link]:
    if caller is None:
        return []
    found = get_current_span(TraceContextTextMapPropagator().extract({"traceparent": caller})).get_span_context()
    return [Link(found)] if found.is_valid else []
