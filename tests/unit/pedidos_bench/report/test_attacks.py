"""The table of orders during attacks."""

import io

from rich.console import Console

from pedidos_bench.report.attacks import drawn
from pedidos_bench.results import Run


def test_each_attack_is_a_row_and_a_missing_time_is_a_dash() -> None:
    figures = {"p50_alone_ms": 7.25, "p50_attacked_ms": 770.4, "refused_attacked": 0.0, "api_mib": 1806.4}
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(drawn([Run("attacked", "pedidos-https", "hashing", figures)]))
    row = next(line for line in console.export_text().splitlines() if "hashing" in line)
    assert row.replace("│", " ").split() == ["hashing", "7.25", "770", "–", "–", "0", "1,806", "–"]
