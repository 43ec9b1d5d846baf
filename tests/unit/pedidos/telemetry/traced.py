"""Traces that stay in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from pedidos.telemetry import exporting

WATCHED = UUID("01900000-0000-7000-80ff-ffff00000001")
ANOTHER = UUID("01900000-0000-7000-80ff-ffff00000002")
NOT_SAMPLED = UUID("01900000-0000-7000-8000-000000000001")


@contextmanager
def traced() -> Iterator[InMemorySpanExporter]:
    """Orders are traced, and their spans are in the result as soon as they end."""
    memory = InMemorySpanExporter()
    end = exporting.begin("worker", "worker-1", 0.01, [SimpleSpanProcessor(memory)])
    try:
        yield memory
    finally:
        end()
