"""Two reports side by side."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from pedidos_bench.report import compare, names
from pedidos_bench.report.medians import medians
from tests.unit.pedidos_bench.report import made_up


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
