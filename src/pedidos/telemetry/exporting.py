"""Sends finished spans to a collector (OTLP over HTTP) and to a store, each through a queue with a limit.

A destination that is away, slow or full costs no order and no memory: beyond the limit spans are dropped, and counted.
"""

import logging
import os
import threading
from collections.abc import Callable, Sequence

import structlog
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from pedidos.domain import sampling
from pedidos.telemetry import catalogue as metrics
from pedidos.telemetry import traces
from pedidos.telemetry.spans import GivenIds, Spans

MOST_WAITING = 2000
"""Spans that wait for one destination; each takes about 2 kB."""
MOST_TOGETHER = 250
EVERY_SECONDS = 0.5
"""Spans wait this long for others. Those of a process that is killed meanwhile are lost."""
LAST_SECONDS = 2
"""Limit of the wait for the last spans, when the process ends."""
COLLECTOR_SECONDS = 5.0
"""Limit of one request to a collector, with its repetitions."""

LIMITS = SpanLimits(max_attributes=24, max_events=0, max_links=traces.MOST_LINKS, max_attribute_length=200)
"""A span takes at most 8 kB in the store."""

logger = structlog.get_logger()


class Queue(SpanProcessor):
    """The way to one destination: at most MOST_WAITING spans wait, including those that are being sent."""

    def __init__(self, destination: str, exporter: SpanExporter, most: int = MOST_WAITING) -> None:
        """destination: its name in the metrics and in log lines."""
        self._destination = destination
        self._most = most
        self._waiting = 0
        self._turn = threading.Lock()
        # Its own limit is never reached: at its limit it would drop older spans, and count them only for its own meter.
        self._sender = BatchSpanProcessor(
            _Told(destination, exporter, self._finish), most, EVERY_SECONDS * 1000, min(MOST_TOGETHER, most)
        )

    def on_end(self, span: ReadableSpan) -> None:
        with self._turn:
            full = self._waiting >= self._most
            if not full:
                self._waiting += 1
        if full:
            metrics.SPANS_DROPPED[self._destination].inc()
        else:
            self._sender.on_end(span)

    def shutdown(self) -> None:
        # Private to the SDK. The public method waits for half a minute, and a process has to end before.
        self._sender._batch_processor.shutdown(LAST_SECONDS * 1000)

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._sender.force_flush(timeout_millis)

    def _finish(self, spans: int) -> None:
        with self._turn:
            self._waiting -= spans


class _Told(SpanExporter):
    """An exporter whose failures are counted, and logged when they begin and end."""

    def __init__(self, destination: str, exporter: SpanExporter, finished: Callable[[int], None]) -> None:
        self._destination = destination
        self._exporter = exporter
        self._finished = finished
        self._failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._exporter.export(spans)
        except Exception as error:  # noqa: BLE001  # whatever it is, it must not end the thread that sends
            logger.warning("spans not sent", to=self._destination, reason=type(error).__name__)
            result = SpanExportResult.FAILURE
        finally:
            self._finished(len(spans))
        failed = result is not SpanExportResult.SUCCESS
        (metrics.SPANS_DROPPED if failed else metrics.SPANS_SENT)[self._destination].inc(len(spans))
        if failed != self._failing:
            self._failing = failed
            if failed:
                logger.warning("spans are dropped", to=self._destination, reason="it does not take them")
            else:
                logger.info("spans are sent again", to=self._destination)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def collector(url: str) -> Queue:
    """The way to a collector. url: its address, without /v1/traces."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  # with requests

    return Queue("collector", OTLPSpanExporter(f"{url.rstrip('/')}/v1/traces", timeout=COLLECTOR_SECONDS))


def begin(kind: str, instance: str, ratio: float, queues: Sequence[SpanProcessor]) -> Callable[[], None]:
    """Traces orders in this process from now on, after any fork. Returns the function that ends it, with the last
    spans sent. kind, instance: of the process. ratio: of the orders, besides those that were placed to be traced."""
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # what it says at each failure, _Told says once
    ids = GivenIds()
    resource = Resource(
        {"service.name": f"pedidos-{kind}", "service.instance.id": instance, "process.pid": os.getpid()}
    )
    provider = TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False, id_generator=ids, span_limits=LIMITS)
    for queue in queues:
        provider.add_span_processor(queue)
    traces.bind(Spans(provider, ids), sampling.threshold(ratio))

    def end() -> None:
        traces.unbind()
        provider.shutdown()

    return end
