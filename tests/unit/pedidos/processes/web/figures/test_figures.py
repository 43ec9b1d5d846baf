"""Rates, quantiles and gauges."""

import pytest

from pedidos.processes.web.figures.exposition import series
from pedidos.processes.web.figures.figures import gauges_of
from pedidos.processes.web.figures.kept import bucket
from pedidos.telemetry.catalogue.orders import ORDERS_ACCEPTED, ORDERS_CONFIRM_SECONDS
from pedidos.telemetry.catalogue.steps import STEP_RUNNING
from pedidos.telemetry.catalogue.whole_platform import ORDERS
from tests.unit.pedidos.processes.web.figures.made import Platform

ACCEPTED = series(ORDERS_ACCEPTED)
CONFIRMED = ORDERS_CONFIRM_SECONDS


def observed(**counts: int) -> dict[str, float]:
    """Buckets of the confirmation: up to 0.25 s, up to 0.5 s and in all."""
    found = {}
    for bound in (0.1, 0.25):
        found[bucket(CONFIRMED, bound)] = counts["quick"] if bound == 0.25 else 0.0
    for bound in (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0):
        found[bucket(CONFIRMED, bound)] = counts["good"]
    return found | {bucket(CONFIRMED, float("inf")): counts["all"]}


def test_a_rate_is_over_the_last_seconds() -> None:
    platform = Platform()
    for second in range(61):
        seen = platform.seen({ACCEPTED: 100.0 + 2 * second})
    assert seen.figures.rate([ACCEPTED], 10) == pytest.approx(2)
    assert seen.figures.increase([ACCEPTED], 30) == pytest.approx(60)
    assert seen.figures.rate([ACCEPTED], 3600) == pytest.approx(2)  # as far back as figures go


def test_a_quantile_is_as_prometheus_has_it() -> None:
    platform = Platform()
    assert platform.seen(observed(quick=0, good=0, all=0)).figures.quantile(CONFIRMED, 0.5, 60) is None
    figures = platform.seen(observed(quick=50, good=100, all=100)).figures
    assert figures.quantile(CONFIRMED, 0.5, 60) == pytest.approx(0.25)
    assert figures.quantile(CONFIRMED, 0.75, 60) == pytest.approx(0.375)
    # Of what is slower than the last bound, only that is known.
    figures = platform.seen(observed(quick=50, good=100, all=1000)).figures
    assert figures.quantile(CONFIRMED, 0.99, 60) == 900


def test_gauges_are_added_up_but_not_those_of_the_whole_platform() -> None:
    running = series(STEP_RUNNING, step="charge")
    orders = series(ORDERS, status="paid")
    found = gauges_of({"worker-1": {running: 1.0}, "worker-2": {running: 2.0}, "scheduler": {orders: 7.0, ACCEPTED: 1}})
    assert found == {running: 3.0, orders: 7.0}
    assert gauges_of({"scheduler-1": {orders: 7.0}, "scheduler-2": {orders: 6.0}}) == {orders: 7.0}


def test_old_figures_are_not_had() -> None:
    platform = Platform()
    assert platform.seen().figures.has("database")
    assert not platform.seen(after=60, fresh=False).figures.has("database")
