"""plan says what is needed, from constants or from a report, and what a file is that is no report."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pedidos_bench.report.json_file import save
from pedidos_bench.results import Report, Run
from pedidos_dev.cli import app


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["plan", *arguments], env={"COLUMNS": "200"})
    return result.exit_code, result.output


def run(measure: str, api: float, **figures: float) -> Run:
    return Run(measure, "pedidos", "", figures, cpu={"api": api, "relay": 0.2, "postgres": 0.4, "worker": 0.3})


REPORT = Report(
    "2026-01-02T03:04:05Z",
    60.0,
    "quick",
    {"cores": "2"},
    {},
    {"pedidos": "ours"},
    {},
    [run("end_to_end", 0.5, orders_per_second=1000.0), run("low_load", 0.9, confirmed_p50_ms=20.0)],
)


@pytest.mark.parametrize("rate", ["10", "1000", "100000"])
def test_it_says_what_is_needed(rate: str) -> None:
    code, output = invoke("--orders-per-second", rate, "--no-simulate")
    assert code == 0
    assert "relay" in output
    assert "WAL in a day" in output
    assert "one relay shard" in output
    assert "prototype of this design" in output  # where the constants are from


def test_a_report_is_what_it_counts_with_and_is_compared_with(tmp_path: Path) -> None:
    save(REPORT, tmp_path / "report.json")
    code, output = invoke("--orders-per-second", "2000", "--report", str(tmp_path / "report.json"))
    assert code == 0
    assert "2026-01-02T03:04:05Z" in output
    assert "1,000.0 orders/s" in output
    assert "20.0 ms" in output
    assert "not measured" in output  # p99


def test_a_file_that_is_no_report_is_reported(tmp_path: Path) -> None:
    (tmp_path / "orders.json").write_text("[]", "utf-8")
    code, output = invoke("--orders-per-second", "10", "--report", str(tmp_path / "orders.json"))
    assert code == 2
    assert "not a report" in output
    assert invoke("--orders-per-second", "10", "--report", str(tmp_path / "none.json"))[0] == 2


def test_a_report_without_this_platform_is_reported(tmp_path: Path) -> None:
    save(Report("now", 1.0, "quick", {"cores": "2"}, {}, {}, {}, []), tmp_path / "report.json")
    code, output = invoke("--orders-per-second", "10", "--report", str(tmp_path / "report.json"))
    assert code == 2
    assert "no valid end-to-end run" in output
