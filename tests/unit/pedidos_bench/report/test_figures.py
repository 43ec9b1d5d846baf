"""Medians, goals and comparison, on made-up figures."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from pedidos_bench.report import compare, goals, names, terminal
from pedidos_bench.report.goals import State
from pedidos_bench.report.medians import Spread, medians
from pedidos_bench.report.words import heading, number
from pedidos_bench.results import Report
from tests.unit.pedidos_bench.report import made_up


def standing(report: Report, begin: str) -> goals.Standing:
    (found,) = [each for each in goals.standings(medians(report)) if each.goal.name.startswith(begin)]
    return found


def printed(report: Report) -> str:
    out = StringIO()
    terminal.show(report, Console(file=out, width=200))
    return out.getvalue()


def test_median_and_spread_of_three_runs() -> None:
    figures = medians(made_up.report())
    assert figures.figure("end_to_end", "pedidos", names.THROUGHPUT) == Spread(1000.0, 900.0, 1100.0, 3)
    cpu = figures.figure("end_to_end", "pedidos", names.CPU)
    assert cpu is not None
    assert cpu.median == pytest.approx(1.5)  # the sum of what its roles took


def test_a_run_with_findings_does_not_count_and_is_named() -> None:
    report = made_up.report()
    fastest = max(range(len(report.runs)), key=lambda place: report.runs[place].figures.get(names.THROUGHPUT, 0))
    runs = list(report.runs)
    runs[fastest] = replace(runs[fastest], findings=["order 7 was confirmed twice"])
    figures = medians(replace(report, runs=runs))
    rate = figures.figure("end_to_end", "pedidos", names.THROUGHPUT)
    assert rate == Spread(950.0, 900.0, 1000.0, 2)
    assert [run.findings for run in figures.not_counted] == [["order 7 was confirmed twice"]]
    assert "order 7 was confirmed twice" in printed(replace(report, runs=runs))


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


def test_no_goal_is_met_by_an_empty_report() -> None:
    empty = replace(made_up.report(), runs=[])
    assert {each.state for each in goals.standings(medians(empty))} == {State.UNMEASURED}
    assert "not measured" in printed(empty)


def test_a_slow_charge_within_the_spread_adds_nothing() -> None:
    found = standing(made_up.report(), "delay that a slow charge").found
    assert found is not None
    assert found.value == 0


def test_must_and_reach_point_the_same_way() -> None:
    for goal in goals.GOALS:
        assert (goal.reach > goal.must) == goal.more, goal.name


def test_comparison_gives_ratio_and_overlap() -> None:
    first = made_up.report()
    faster = [replace(run, figures={name: each * 2 for name, each in run.figures.items()}) for run in first.runs]
    second = replace(first, runs=faster, machine={"cpu": "another"})
    found = {
        (each.case.measure, each.case.system, each.figure): each
        for each in compare.differences(medians(first), medians(second))
    }
    rate = found["end_to_end", "pedidos", names.THROUGHPUT]
    assert rate.ratio == pytest.approx(2.0)
    assert not rate.overlap
    same = found["end_to_end", "pedidos", "cpu api"]
    assert same.ratio == pytest.approx(1.0)
    assert same.overlap
    out = StringIO()
    compare.compare(first, second, Console(file=out, width=160))
    assert "2.00 ×" in out.getvalue()
    assert "Not the same machine: cpu, memory" in out.getvalue()


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        ("4 workers", (4, "worker")),
        ("1 worker", (1, "worker")),
        ("1,000,000 stored", (1_000_000, "stored")),
        ("", None),
    ],
)
def test_settings_are_read_as_counts(setting: str, found: tuple[int, str] | None) -> None:
    assert names.counted(setting) == found


def test_numbers_and_headings_in_words() -> None:
    assert [number(each) for each in (1180.4, 23.44, 1.567, 0.0612, 0)] == ["1,180", "23.4", "1.57", "0.061", "0"]
    assert heading("cpu_ms_per_order") == ("CPU", "ms/order")
    assert heading("orders_per_second") == ("orders", "per s")
    assert heading("accept_p99_ms") == ("accept p99", "ms")
