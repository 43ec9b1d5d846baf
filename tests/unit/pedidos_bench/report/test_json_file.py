"""What is saved is loaded again; anything else is refused in words."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pedidos_bench.report.json_file import NotAReport, load, save
from pedidos_bench.results import Run
from tests.unit.pedidos_bench.report import made_up


def test_a_report_comes_back_as_it_was(tmp_path: Path) -> None:
    report = made_up.report(findings={"textbook": ["one order lost"]})
    save(report, tmp_path / "report.json")
    again = load(tmp_path / "report.json")
    assert [replace(run, findings=list(run.findings)) for run in report.runs] == [
        replace(run, findings=list(run.findings)) for run in again.runs
    ]
    assert replace(report, runs=[]) == replace(again, runs=[])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"orders,confirmed\n1,2\n", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[1, 2]", "not a report"),
        (b'{"format": "something-else", "version": 1}', "not a report"),
        (b'{"format": "pedidos-bench", "version": 99}', "version 99"),
        (b'{"format": "pedidos-bench", "version": 1, "began_at": "now"}', "damaged"),
    ],
)
def test_a_foreign_file_is_refused_by_name(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "foreign.json"
    path.write_bytes(content)
    with pytest.raises(NotAReport, match=told) as caught:
        load(path)
    assert "foreign.json" in str(caught.value)


def test_a_damaged_report_says_where(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    save(made_up.report(), path)
    content = json.loads(path.read_text("utf-8"))
    content["runs"][0]["figures"]["orders_per_second"] = "many"
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(NotAReport, match=r"runs\.0\.figures\.orders_per_second"):
        load(path)


def test_a_figure_that_is_no_number_is_not_written(tmp_path: Path) -> None:
    report = replace(made_up.report(), runs=[Run("end_to_end", "pedidos", "", {"orders_per_second": float("nan")})])
    with pytest.raises(ValueError, match="not JSON compliant"):
        save(report, tmp_path / "report.json")
    assert list(tmp_path.iterdir()) == []
