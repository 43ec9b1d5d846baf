"""The dashboards: every metric is on one, every expression parses, and names only what the catalogue has."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pedidos.telemetry.catalogue.every import CATALOGUE
from pedidos.telemetry.metric import Histogram
from pedidos_dev.dashboards import RATE, every_metric, overview
from tests.support.promtool import promtool

BOARDS = [overview, every_metric]


def expressions(board: Callable[[], str]) -> Iterator[str]:
    for panel in json.loads(board())["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))


def test_every_metric_has_a_panel() -> None:
    text = "\n".join(expressions(every_metric))
    assert not [metric.name for metric in CATALOGUE if metric.exposed not in text]


@pytest.mark.parametrize("board", BOARDS)
def test_only_metrics_of_the_catalogue_are_shown(board: Callable[[], str]) -> None:
    known = {metric.exposed for metric in CATALOGUE}
    for metric in CATALOGUE:
        if isinstance(metric, Histogram):
            known |= {f"{metric.exposed}_{end}" for end in ("bucket", "sum", "count")}
    assert {name for text in expressions(board) for name in re.findall(r"pedidos_\w+", text)} <= known


@pytest.mark.parametrize("board", BOARDS)
def test_every_expression_parses(board: Callable[[], str], tmp_path: Path) -> None:
    rules = [
        {"record": f"expression:{number}", "expr": text.replace(RATE, "1m")}
        for number, text in enumerate(expressions(board))
    ]
    file = tmp_path / "expressions.yml"
    file.write_text(json.dumps({"groups": [{"name": "expressions", "rules": rules}]}), "utf-8")
    checked = promtool("check", "rules", str(file))
    assert checked.returncode == 0, checked.stderr
    assert f"{len(rules)} rules found" in checked.stdout


@pytest.mark.parametrize("board", BOARDS)
def test_panels_do_not_overlap(board: Callable[[], str]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(board())["panels"]:
        spot = panel["gridPos"]
        cells = {
            (x, y) for x in range(spot["x"], spot["x"] + spot["w"]) for y in range(spot["y"], spot["y"] + spot["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
