"""Puts finished spans into the store of spans."""

from collections.abc import Sequence
from uuid import UUID

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import INVALID_SPAN_CONTEXT, Link, StatusCode, format_span_id, format_trace_id
from sqlalchemy import Engine

from pedidos.errors import Held, Transient
from pedidos.storage import spans
from pedidos.storage.spans import Span


class SpanStore(SpanExporter):
    """Writes to PostgreSQL. If it does not answer, these spans are lost."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def export(self, batch: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            spans.write(self._engine, [to_stored(span) for span in batch])
        except (Transient, Held):
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS


def to_stored(span: ReadableSpan) -> Span:
    """A finished span as it is stored."""
    context = span.get_span_context() or INVALID_SPAN_CONTEXT
    resource = span.resource.attributes
    return Span(
        trace_id=UUID(int=context.trace_id),
        span_id=format_span_id(context.span_id),
        parent=format_span_id(span.parent.span_id) if span.parent else "",
        name=span.name,
        began_ns=span.start_time or 0,
        ended_ns=span.end_time or 0,
        process=str(resource.get("service.name", "")).removeprefix("pedidos-"),
        instance=str(resource.get("service.instance.id", "")),
        attributes=dict(span.attributes or {}),
        links=[_ids(link) for link in span.links],
        failed=span.status.description if span.status.status_code is StatusCode.ERROR else None,
    )


def _ids(link: Link) -> tuple[str, str]:
    return format_trace_id(link.context.trace_id), format_span_id(link.context.span_id)
