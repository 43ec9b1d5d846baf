"""Sends finished spans to a collector (OTLP over HTTP) and to a store, each through a queue with a limit.

A destination that is away, slow or full costs no order and no memory: beyond the limit spans are dropped, and counted.
"""

import logging
import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

import structlog
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from pedidos.domain import sampling
from pedidos.telemetry import traces
from pedidos.telemetry.catalogue import spans as metrics
from pedidos.telemetry.spans import GivenIds, Spans

MOST_WAITING = 2000
"""Spans that wait for one destination; each takes about 2 kB."""
MOST_TOGETHER = 250
SOON_SECONDS = 0.5
"""The span of an order that somebody watches waits this long for others. Those of a process that is killed meanwhile
are lost."""
LATER_SECONDS = 5.0
"""The same for all others: sending spans costs more than the spans."""
LAST_SECONDS = 2.0
"""Limit of the wait for the last spans, when the process ends."""
COLLECTOR_SECONDS = 5.0
"""Limit of one request to a collector, with its repetitions."""

LIMITS = SpanLimits(max_attributes=24, max_events=0, max_links=traces.MOST_LINKS, max_attribute_length=200)
"""A span takes at most 8 kB in the store."""

logger = structlog.get_logger()


class Queue(SpanProcessor):
    """The way to one destination: at most MOST_WAITING spans wait, including those that are being sent. A thread sends
    them, and sleeps while there are none."""

    def __init__(self, destination: str, exporter: SpanExporter, most: int = MOST_WAITING) -> None:
        """destination: its name in the metrics and in log lines."""
        self._destination = destination
        self._exporter = _Told(destination, exporter)
        self._most = most
        self._spans: deque[ReadableSpan] = deque()
        self._sending = 0
        self._due = math.inf  # when to send what waits, as time.monotonic()
        self._over = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"spans to {destination}", daemon=True)
        self._thread.start()

    def on_end(self, span: ReadableSpan) -> None:
        due = time.monotonic() + (SOON_SECONDS if _is_watched(span) else LATER_SECONDS)
        with self._changed:
            full = len(self._spans) + self._sending >= self._most
            if not full:
                self._spans.append(span)
                if due < self._due or len(self._spans) == MOST_TOGETHER:
                    self._due = min(due, self._due)
                    self._changed.notify_all()
        if full:
            metrics.SPANS_DROPPED[self._destination].inc()

    def shutdown(self) -> None:
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._thread.join(LAST_SECONDS)
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        with self._changed:
            if self._spans:
                self._due = 0.0
                self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._spans and not self._sending, timeout_millis / 1000)

    def _run(self) -> None:
        while spans := self._next():
            self._exporter.export(spans)
            with self._changed:
                self._sending = 0
                self._changed.notify_all()

    def _next(self) -> list[ReadableSpan]:
        """Waits until spans are due, or enough of them wait. At the end, those that are left, and then none."""
        with self._changed:
            while not self._over and len(self._spans) < MOST_TOGETHER:
                seconds = self._due - time.monotonic() if self._spans else None
                if seconds is not None and seconds <= 0:
                    break
                self._changed.wait(seconds)
            found = [self._spans.popleft() for _ in range(min(len(self._spans), MOST_TOGETHER))]
            self._sending = len(found)
            if not self._spans:
                self._due = math.inf
            return found


def _is_watched(span: ReadableSpan) -> bool:
    """Whether the span is of an order that was placed to be traced, or of a batch with one."""
    context = span.get_span_context()
    traces_of = (context, *(link.context for link in span.links))
    return any(each is not None and each.trace_id & sampling.RANDOM >= sampling.WATCHED for each in traces_of)


class _Told(SpanExporter):
    """An exporter whose failures are counted, and logged when they begin and end."""

    def __init__(self, destination: str, exporter: SpanExporter) -> None:
        self._destination = destination
        self._exporter = exporter
        self._failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._exporter.export(spans)
        except Exception as error:  # noqa: BLE001  # whatever it is, it must not end the thread that sends
            logger.warning("spans not sent", to=self._destination, reason=type(error).__name__)
            result = SpanExportResult.FAILURE
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
