"""The model grows with the load, and its limits are where its counts say so."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.sharding import MOST_PARTS
from pedidos_bench.plan import sizes
from pedidos_bench.plan.costs import KNOWN, Costs, NoCosts, of_report
from pedidos_bench.plan.model import Assumptions, limits, plan
from pedidos_bench.plan.settings import PlanSettings
from pedidos_bench.results import Report, Run

SETTINGS = PlanSettings()
RATES = st.floats(0.01, 1e6)
COSTS = st.builds(
    lambda figures: replace(KNOWN, full=dict(zip(KNOWN.full, figures, strict=True))),
    st.lists(st.floats(0.001, 50), min_size=len(KNOWN.full), max_size=len(KNOWN.full)),
)


@given(RATES, RATES, COSTS)
def test_more_orders_never_need_less(one: float, other: float, costs: Costs) -> None:
    less, more = (plan(rate, costs, SETTINGS, Assumptions()) for rate in sorted((one, other)))
    for first, second in zip(less.needs, more.needs, strict=True):
        assert first.part == second.part
        assert first.amount <= second.amount, first.part


@given(RATES, COSTS, st.floats(0.1, 0.5))
def test_busier_processes_are_fewer(rate: float, costs: Costs, busy: float) -> None:
    idle, full = (plan(rate, costs, SETTINGS, Assumptions(busy=share)).counts for share in (busy, busy * 2))
    assert idle.apis >= full.apis
    assert idle.relays >= full.relays
    assert idle.cores >= full.cores


def test_below_the_limit_one_is_enough_and_above_it_is_not() -> None:
    (relay,) = [limit for limit in limits(KNOWN, SETTINGS, Assumptions()) if "one relay" in limit.part]
    assert plan(relay.orders_per_second * 0.999, KNOWN, SETTINGS, Assumptions()).counts.relays == 1
    assert plan(relay.orders_per_second * 1.001, KNOWN, SETTINGS, Assumptions()).counts.relays == 2


def test_limits_come_first_to_last() -> None:
    found = [limit.orders_per_second for limit in plan(1, KNOWN, SETTINGS, Assumptions()).limits]
    assert found == sorted(found)


def test_partitions_are_never_fewer_than_bridges() -> None:
    for rate in (10, 1_000, 100_000, 1_000_000):
        counts = plan(rate, KNOWN, SETTINGS, Assumptions()).counts
        assert counts.partitions >= counts.bridges


def test_a_slow_gateway_needs_more_workers() -> None:
    quick, slow = (plan(10_000, KNOWN, SETTINGS, Assumptions(gateway_seconds=each)).counts for each in (0, 2))
    assert slow.children == quick.children + 40  # 20 full batches a second, 2 s each


def test_where_kafka_is_slow_there_are_more_shards_and_then_more_databases() -> None:
    few = SETTINGS.model_copy(update={"relay_batch": 20})
    slow = Assumptions(send_seconds=0.005)
    quick, waits = (plan(1_000, KNOWN, few, each).counts.relays for each in (Assumptions(), slow))
    assert (quick, waits) == (1, math.ceil(1_000 * (0.00021 + 0.005 * sizes.EVENTS / 20) / 0.6))
    one, most = (limit for limit in limits(KNOWN, few, slow) if "relay shard" in limit.part)
    assert most.orders_per_second == pytest.approx(one.orders_per_second * MOST_PARTS)
    beyond = plan(most.orders_per_second * 1.5, KNOWN, few, slow).counts
    assert (beyond.databases, beyond.relays) == (2, MOST_PARTS * 1.5)


def test_no_orders_are_no_plan() -> None:
    with pytest.raises(ValueError, match="above 0"):
        plan(0, KNOWN, SETTINGS, Assumptions())


def test_sizes_agree_with_each_other() -> None:
    assert sizes.kafka_records() == sizes.EVENTS + 1
    assert 400 < sizes.kafka_bytes() / sizes.kafka_records() < 1000


def test_costs_come_of_a_report() -> None:
    def run(measure: str, api: float, live: float = 0.01, **figures: float) -> Run:
        return Run(measure, "pedidos", "", figures, cpu={"api": api, "relay": 0.2, "live": live})

    runs = [run("end_to_end", api, load_client_cpu_ms_per_order=0.1) for api in (0.4, 0.5, 0.9)]
    report = Report("2026-01-02", 1, "quick", {"cores": "2"}, {}, {"pedidos": "ours"}, {}, [*runs, run("low_load", 2)])
    costs = of_report(report)
    assert costs.full == {"api": 0.5, "relay": 0.2, "live": 0.01}
    assert costs.alone == {"api": 1.5, "relay": 0.0, "live": 0.0}
    watched = of_report(replace(report, runs=[*report.runs, run("watched", 0.7, live=0.3)]))
    assert watched.full == {"api": 0.5, "relay": 0.2, "live": 0.3}
    assert costs.client == 0.1
    with pytest.raises(NoCosts):
        of_report(replace(report, runs=[replace(each, findings=["one is lost"]) for each in runs]))
