"""A destination that is away, slow or full costs no memory: spans are dropped and counted."""

import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from prometheus_client import CollectorRegistry

from pedidos.telemetry import exporting, traces
from pedidos.telemetry.catalogue.spans import SPANS_DROPPED, SPANS_SENT
from tests.support.collector import collecting
from tests.support.waiting import until
from tests.unit.pedidos.telemetry.traced import NOT_SAMPLED, WATCHED


@pytest.fixture
def registry() -> Iterator[CollectorRegistry]:
    made = CollectorRegistry()
    for metric in (SPANS_SENT, SPANS_DROPPED):
        metric.bind(made)
    yield made
    for metric in (SPANS_SENT, SPANS_DROPPED):
        metric.unbind()


def count(registry: CollectorRegistry, name: str, destination: str = "collector") -> float:
    return registry.get_sample_value(f"pedidos_spans_{name}_total", {"destination": destination}) or 0.0


def record(spans: int) -> None:
    for _ in range(spans):
        traces.record(WATCHED, "stream", time.time_ns(), {})


class Stuck(SpanExporter):
    """Takes nothing until it may."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.took = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.may.wait()
        self.took += len(spans)
        return SpanExportResult.SUCCESS


def test_beyond_the_limit_spans_are_dropped_and_counted(registry: CollectorRegistry) -> None:
    stuck = Stuck()
    end = exporting.begin("api", "api-1", 0.01, [exporting.Queue("collector", stuck, most=50)])
    try:
        record(100_000)
        assert count(registry, "dropped") == 100_000 - 50
    finally:
        stuck.may.set()
        end()
    assert stuck.took == 50
    assert count(registry, "sent") == 50


def test_spans_of_watched_orders_are_sent_soon_and_take_the_others_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "LATER_SECONDS", 3600.0)
    with collecting() as collector:
        queue = exporting.collector(collector.url)
        end = exporting.begin("api", "api-1", 1.0, [queue])
        assert queue.force_flush(), "there is nothing to send"
        traces.record(NOT_SAMPLED, "stream", time.time_ns(), {})
        record(1)
        until(lambda: len(collector.spans) == 2, "both spans")
        traces.record(NOT_SAMPLED, "stream", time.time_ns(), {})
        assert len(collector.spans) == 2
        end()
        assert len(collector.spans) == 3, "the last ones are sent at the end"


def test_a_collector_gets_the_spans(registry: CollectorRegistry) -> None:
    with collecting() as collector:
        end = exporting.begin("api", "api-1", 0.01, [exporting.collector(collector.url + "/")])
        record(3)
        end()
        assert [span.name for span in collector.spans] == ["stream"] * 3
        assert {span.trace_id for span in collector.spans} == {WATCHED.bytes}
    assert count(registry, "sent") == 3


def test_a_collector_that_is_away_loses_spans_and_nothing_else(
    registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "COLLECTOR_SECONDS", 0.2)
    end = exporting.begin("api", "api-1", 0.01, [exporting.collector("http://127.0.0.1:9")])
    record(3)
    end()
    assert count(registry, "dropped") == 3
    record(1)  # after the end nothing is recorded, and nothing fails


def test_one_destination_does_not_hold_up_the_other(registry: CollectorRegistry) -> None:
    stuck = Stuck()
    with collecting() as collector:
        queues = [exporting.Queue("store", stuck, most=5), exporting.collector(collector.url)]
        end = exporting.begin("api", "api-1", 0.01, queues)
        record(20)
        queues[1].force_flush()
        assert len(collector.spans) == 20
        assert count(registry, "dropped", "store") == 15
        stuck.may.set()
        end()
