"""Metrics: nothing before they are bound, only values of the closed sets, and no more memory with more orders."""

import gc
import sys
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from pedidos.telemetry.catalogue.every import CATALOGUE
from pedidos.telemetry.catalogue.orders import (
    ORDERS_ACCEPT_SECONDS,
    ORDERS_ACCEPTED,
    ORDERS_CONFIRM_SECONDS,
    ORDERS_REFUSED,
    ORDERS_SEEN_SECONDS,
)
from pedidos.telemetry.catalogue.steps import STEP_MOVED
from pedidos.telemetry.metric import OTHER, Counter, Gauge, Histogram, Label, Recorder

ORDERS = 100_000
GROWN_BLOCKS = 1_000
"""Objects that may be left over: one per hundred orders would be more."""


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def bound(registry: CollectorRegistry) -> Iterator[CollectorRegistry]:
    """The whole catalogue, bound."""
    for metric in CATALOGUE:
        metric.bind(registry)
    yield registry
    for metric in CATALOGUE:
        metric.unbind()


def counter(*values: str) -> Counter:
    labels = [Label("colour", values)] if values else []
    return Counter("things", "Things.", by=[Recorder.API], why="Tests.", labels=labels)


def test_nothing_is_recorded_before_it_is_bound(registry: CollectorRegistry) -> None:
    plain, coloured = counter(), counter("red")
    plain.inc()
    coloured["red"].inc()
    plain.bind(registry)
    assert registry.get_sample_value("pedidos_things_total") == 0


def test_every_series_is_there_from_the_start(registry: CollectorRegistry) -> None:
    counter("red", "blue").bind(registry)
    assert registry.get_sample_value("pedidos_things_total", {"colour": "blue"}) == 0


def test_a_series_that_exists_only_where_it_applies(registry: CollectorRegistry) -> None:
    pool = Gauge("pool", "Pool.", by=[Recorder.API], why="Tests.", labels=[Label("name", ("a", "b"))], from_start=False)
    pool.bind(registry)
    pool["a"].set(3)
    assert registry.get_sample_value("pedidos_pool", {"name": "a"}) == 3
    assert registry.get_sample_value("pedidos_pool", {"name": "b"}) is None


def test_a_value_outside_the_set_counts_as_other(registry: CollectorRegistry) -> None:
    metric = counter("red", OTHER)
    metric.bind(registry)
    metric["a client's text"].inc()
    assert registry.get_sample_value("pedidos_things_total", {"colour": OTHER}) == 1


def test_a_value_outside_a_set_without_other_counts_nowhere(registry: CollectorRegistry) -> None:
    metric = counter("red")
    metric.bind(registry)
    metric["a client's text"].inc()
    metric["red", "round"].inc()
    assert b"client" not in generate_latest(registry)


def test_a_histogram_counts_in_its_buckets(registry: CollectorRegistry) -> None:
    metric = Histogram("wait_seconds", "Wait.", unit="seconds", buckets=(1, 2), by=[Recorder.API], why="Tests.")
    metric.bind(registry)
    metric.observe(1.5)
    assert registry.get_sample_value("pedidos_wait_seconds_bucket", {"le": "1.0"}) == 0
    assert registry.get_sample_value("pedidos_wait_seconds_bucket", {"le": "2.0"}) == 1


def test_100_000_orders_leave_no_more_series_and_no_more_memory(bound: CollectorRegistry) -> None:
    _work(1_000)
    lines = generate_latest(bound).count(b"\n")
    gc.collect()
    before = sys.getallocatedblocks()
    _work(ORDERS)
    gc.collect()
    assert sys.getallocatedblocks() - before < GROWN_BLOCKS
    assert generate_latest(bound).count(b"\n") == lines


def _work(orders: int) -> None:
    """What orders record, with a value that no label has: an id, as a careless change would use."""
    for number in range(orders):
        ORDERS_ACCEPTED.inc()
        ORDERS_ACCEPT_SECONDS.observe(number / 1000)
        ORDERS_CONFIRM_SECONDS.observe(number / 100)
        ORDERS_SEEN_SECONDS.observe(number / 100)
        ORDERS_REFUSED[f"id {number}"].inc()
        STEP_MOVED[str(number)].inc()
