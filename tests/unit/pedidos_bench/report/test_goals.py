"""Which goals made-up figures reach."""

from dataclasses import replace

import pytest

from pedidos_bench.report import goals
from pedidos_bench.report.goals import State
from pedidos_bench.report.medians import medians
from pedidos_bench.results import Report
from tests.unit.pedidos_bench.report import made_up
from tests.unit.pedidos_bench.report.shown import printed


def standing(report: Report, begin: str) -> goals.Standing:
    (found,) = [each for each in goals.standings(medians(report)) if each.goal.name.startswith(begin)]
    return found


def test_goals_reached_met_missed_and_not_measured() -> None:
    report = made_up.report(without=["growth"])
    assert standing(report, "accept → seen").state is State.REACHED
    assert standing(report, "end to end, orders/s against the best").state is State.MET
    missed = standing(report, "accept p99 with orders waiting")
    assert missed.state is State.MISSED
    assert missed.found is not None
    assert missed.found.value == pytest.approx(2.0)
    assert standing(report, "CPU per order with 1,000,000").state is State.UNMEASURED
    assert "missed" in printed(report)
    assert "not measured" in printed(report)


def test_the_best_peer_is_the_best_of_those_that_count() -> None:
    best = standing(made_up.report(), "end to end, orders/s against the best").found
    assert best is not None
    assert "other-steps" in best.how
    assert best.value == pytest.approx(12.5)
    second = standing(made_up.report(findings={"other-steps": ["lost"]}), "end to end, orders/s against the best").found
    assert second is not None
    assert "textbook" in second.how


def test_latency_is_compared_with_the_fastest_peer_whichever_it_is() -> None:
    p50 = standing(made_up.report(), "accept → confirmed at 20 orders/s, p50").found
    assert p50 is not None
    assert "textbook" in p50.how  # other-steps confirms more orders, and takes longer for one
    assert p50.value == pytest.approx(20 / 25)


def test_accepting_beside_other_work_is_compared_with_the_same_without() -> None:
    lists = standing(made_up.report(), "accept p99 beside twenty large lists")
    hashing = standing(made_up.report(), "accept p99 beside hashing")
    assert [each.found.value for each in (lists, hashing) if each.found] == pytest.approx([1.05, 2.0])
    assert [lists.state, hashing.state] == [State.REACHED, State.MISSED]


def test_idle_cpu_is_that_with_the_most_events_and_says_how_many() -> None:
    found = standing(made_up.report(), "idle CPU with").found
    assert found is not None
    assert found.value == pytest.approx(1.1)
    assert "10,000,002 events" in found.how


def test_no_goal_is_met_by_an_empty_report() -> None:
    empty = replace(made_up.report(), runs=[])
    assert {each.state for each in goals.standings(medians(empty))} == {State.UNMEASURED}
    assert "not measured" in printed(empty)


def test_a_slow_charge_within_the_spread_adds_nothing() -> None:
    found = standing(made_up.report(), "delay that a slow charge").found
    assert found is not None
    assert found.value == 0


def test_what_measuring_costs() -> None:
    cost = standing(made_up.report(), "CPU per order, everything measured").found
    assert cost is not None
    assert cost.value == pytest.approx(1.02)
    within = standing(made_up.report(), "delay that measuring adds at low load, accept p99").found
    assert within is not None
    assert within.value == 0  # it is within the spread of the runs without
    beyond = standing(made_up.report(), "delay that measuring adds at low load, accept → confirmed").found
    assert beyond is not None
    assert beyond.value == pytest.approx(100 * (1.02**9 - 1))


def test_the_pages() -> None:
    report = made_up.report()
    largest = standing(report, "first view of a page").found
    assert largest is not None
    assert (largest.value, largest.how) == (90.0, "map of an order")
    beside = standing(report, "orders/s beside 500 open pages").found
    assert beside is not None
    assert beside.value == pytest.approx(0.97)
    cost = standing(report, "CPU per order with the pages' process")
    assert cost.state is State.MISSED
    assert cost.found is not None
    assert cost.found.value == pytest.approx(1.05)
    assert standing(report, "CPU of the idle platform").state is State.MET
    assert standing(report, "start when warm").state is State.REACHED
    assert standing(made_up.report(without=["open_pages"]), "orders/s beside 500").state is State.UNMEASURED


def test_must_and_reach_point_the_same_way() -> None:
    for goal in goals.GOALS:
        assert (goal.reach > goal.must) == goal.more, goal.name
