"""Medians and spreads of made-up figures, and the runs that do not count."""

from dataclasses import replace

import pytest

from pedidos_bench.report import names
from pedidos_bench.report.medians import Spread, medians
from tests.unit.pedidos_bench.report import made_up
from tests.unit.pedidos_bench.report.shown import printed


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
