"""100,000 orders through the steps of a worker that measures and traces everything: as many series as after the first
batch, and no memory that grows with the orders. The collector of their spans takes nothing."""

import gc
import secrets
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import cast
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import Engine

from pedidos.domain.steps import Step
from pedidos.processes.worker.step_runner import StepRunner
from pedidos.steps.execution.moved import Moved, RunStep
from pedidos.telemetry import exporting
from pedidos.telemetry.catalogue.every import CATALOGUE
from pedidos.telemetry.catalogue.orders import ORDERS_REFUSED
from pedidos.telemetry.catalogue.payments import GATEWAY_ANSWERS

ORDERS = 100_000
BATCH = 200
FIRST = 20_000
"""Orders after which everything that has a limit has reached it."""
MOST_GROWTH = 8_000
"""Blocks of memory that the other 80,000 may add: one for ten orders."""
NO_ENGINE = cast(Engine, None)


class Stuck(SpanExporter):
    """Takes nothing until the end."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:  # noqa: ARG002  # of the interface
        self.over.wait()
        return SpanExportResult.FAILURE


@pytest.fixture
def registry() -> Iterator[CollectorRegistry]:
    made = CollectorRegistry()
    for metric in CATALOGUE:
        metric.bind(made)
    yield made
    for metric in CATALOGUE:
        metric.unbind()


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    made = Stuck()
    end = exporting.begin("worker", "worker-1", 1.0, [exporting.Queue("collector", made)])
    yield made
    made.over.set()
    end()


def new_id() -> UUID:
    """Of an order that is placed now (UUIDv7, RFC 9562)."""
    return UUID(int=time.time_ns() // 1_000_000 << 80 | 7 << 76 | 2 << 62 | secrets.randbits(62))


def series(registry: CollectorRegistry) -> int:
    return sum(not line.startswith("#") for line in generate_latest(registry).decode().splitlines())


def moves_all(step: Step) -> RunStep:
    def run(order_ids: Sequence[UUID]) -> Iterator[Moved]:
        yield Moved(list(order_ids), (step,))

    return run


def place(runner: StepRunner, orders: int) -> None:
    """New orders through the last two steps, and with labels that no set has, as a fault in our code would."""
    for _ in range(orders // BATCH):
        order_ids = [new_id() for _ in range(BATCH)]
        runner.run(Step.CHARGE, order_ids)
        for order_id in order_ids:
            ORDERS_REFUSED[str(order_id)].inc()
            GATEWAY_ANSWERS[str(order_id)].inc()


def test_neither_series_nor_memory_grow_with_the_orders(registry: CollectorRegistry, stuck: Stuck) -> None:  # noqa: ARG001  # it holds the spans
    runner = StepRunner({step: moves_all(step) for step in Step}, NO_ENGINE, lambda _step, _ids: None)
    place(runner, BATCH)
    first = series(registry)
    place(runner, FIRST)
    gc.collect()
    before = sys.getallocatedblocks()
    place(runner, ORDERS - FIRST)
    gc.collect()
    after = sys.getallocatedblocks()
    assert series(registry) == first
    assert after - before < MOST_GROWTH
    moved = registry.get_sample_value("pedidos_orders_confirm_seconds_count")
    assert moved is not None
    assert moved >= ORDERS
    dropped = registry.get_sample_value("pedidos_spans_dropped_total", {"destination": "collector"})
    assert dropped is not None
    assert dropped > ORDERS
