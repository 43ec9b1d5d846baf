"""Begins to trace in a process."""

import atexit
from collections.abc import Callable

from sqlalchemy import Engine

from pedidos.settings.groups.telemetry import TracedSettings


def begin_traces(settings: TracedSettings, kind: str, engine: Engine) -> Callable[[], None]:
    """Traces orders in this process, if it is not switched off. Returns the function that sends the last spans, which
    is also called when the interpreter ends. To be called after a fork. engine: for the store."""
    if not settings.telemetry or not (settings.trace_store or settings.otlp_url):
        return lambda: None
    # OpenTelemetry takes memory and a quarter of a second: only where there are traces.
    from pedidos.processes.span_store import SpanStore  # noqa: PLC0415
    from pedidos.telemetry import exporting  # noqa: PLC0415

    queues = []
    if settings.trace_store:
        queues.append(exporting.Queue("store", SpanStore(engine)))
    if settings.otlp_url:
        queues.append(exporting.collector(str(settings.otlp_url)))
    end = exporting.begin(kind, settings.instance, settings.trace_ratio, queues)
    atexit.register(end)
    return end
