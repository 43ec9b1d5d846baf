"""The overview, made from the figures of real processes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.web.test_orders import signed_in
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.ports import free_port
from tests.support.processes import ServingProcess
from tests.support.waiting import until


@pytest.fixture
def measured(database_url: str, tmp_path: Path) -> Iterator[ServingProcess]:
    """A web process that serves figures, and finds its own and those that a test adds to the folder targets."""
    (tmp_path / "targets").mkdir()
    process = ServingProcess(
        "web",
        tmp_path,
        database_url=database_url,
        metrics_port=0,
        metrics_target=tmp_path / "targets" / "web-1.json",
        figures_file=tmp_path / "figures.json",
        sign_in_limit="10000 per minute",
    )
    process.child.start()
    yield process
    assert process.child.stop() == 0, process.child.said()


@pytest.fixture
def operator(measured: ServingProcess, world: World) -> Visitor:
    return signed_in(measured, world, "operator")


def test_the_processes_that_answer_and_those_that_do_not(operator: Visitor, tmp_path: Path) -> None:
    until(lambda: "web-1" in operator.get("/operator/now").text, "figures of web")
    page = operator.get("/operator").text
    assert "<td>web-1</td>" in page
    assert "No process of the kind scheduler runs" in page
    silent = [{"targets": [f"127.0.0.1:{free_port()}"], "labels": {"job": "worker", "instance": "worker-1"}}]
    (tmp_path / "targets" / "worker-1.json").write_text(json.dumps(silent))
    until(lambda: "worker-1 does not answer" in operator.get("/operator/now").text, "the silent worker")
    # What the scheduler would say is not known, and no figure is invented.
    assert "the server that says it does not answer" in operator.get("/operator/now").text


def test_all_who_look_get_what_was_made_once(operator: Visitor, measured: ServingProcess, world: World) -> None:
    until(lambda: "web-1" in operator.get("/operator/now").text, "figures of web")
    other = signed_in(measured, world, "operator")
    # Both ask within one second of figures, in the end.
    until(lambda: operator.get("/operator/now").text == other.get("/operator/now").text, "the same text for both")
    other.language = "pt-BR"
    assert "Pedidos por estado" in other.get("/operator/now").text
    assert "Orders by state" in operator.get("/operator/now").text


def test_the_hour_has_points(operator: Visitor) -> None:
    until(lambda: len(operator.get("/operator/hour").json()) >= 1, "two readings, 10 s apart")
    assert all(len(point) == 9 for point in operator.get("/operator/hour").json())


def test_the_hour_outlives_a_restart(operator: Visitor, measured: ServingProcess) -> None:
    until(lambda: len(operator.get("/operator/hour").json()) >= 2, "points of the hour")
    before = operator.get("/operator/hour").json()
    assert measured.child.stop() == 0, measured.child.said()
    measured.child.start()
    until(lambda: len(operator.get("/operator/hour").json()) > len(before), "the hour after the restart")
    assert operator.get("/operator/hour").json()[0][0] == before[0][0]


def test_without_figures_the_page_says_so(web: ServingProcess, world: World) -> None:
    operator = signed_in(web, world, "operator")
    assert "<h1>Nothing is measured</h1>" in operator.get("/operator").text
    assert "Nothing is measured" in operator.get("/operator/now").text
    assert operator.get("/operator/hour").json() == []


@pytest.mark.parametrize("path", ["/operator/now", "/operator/hour"])
def test_figures_are_for_operators(web: ServingProcess, world: World, path: str) -> None:
    for name in ("customer", "merchant"):
        assert signed_in(web, world, name).get(path).status_code == 403
    assert Visitor(web).get(path, **{"HX-Request": "true"}).status_code == 401
