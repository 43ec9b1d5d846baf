"""Breaking things from a page: for operators of a demo on this machine, noted in the audit log, and undone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pedidos_classroom.control import Control
from pedidos_local.classroom import WEB_MODULE
from tests.integration.local.platforms import Platform, supervised
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.ports import PortBlock
from tests.support.processes import ServingProcess
from tests.support.waiting import until

HERE = {"demo": "true", "public_url": "https://localhost:8400"}
JSON = {"Accept": "application/json"}


class Classroom(ServingProcess):
    module = WEB_MODULE


def classroom(folder: Path, database_url: str, **settings: str) -> ServingProcess:
    process = Classroom("web", folder, **{"database_url": database_url, **HERE, **settings})
    process.child.start()
    return process


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    block = PortBlock()
    with supervised(tmp_path_factory.mktemp("classroom") / "state", block.base, WITH_CLASSROOM="1") as made:
        yield made
    block.close()


@pytest.fixture(scope="module")
def pages(platform: Platform, database_url: str, world: World) -> Iterator[ServingProcess]:  # noqa: ARG001  # its people
    process = classroom(platform.layout.state_dir, database_url)
    yield process
    process.child.end()


@pytest.fixture
def operator(pages: ServingProcess, world: World) -> Visitor:
    visitor = Visitor(pages)
    visitor.signs_in(world.emails["operator"])
    return visitor


@pytest.fixture
def control(platform: Platform) -> Iterator[Control]:
    control = Control.at(platform.layout.state_dir, "a test", "a test")
    yield control
    control.undo_all()
    until(lambda: not control.board().faults, "the board to be empty")


def halted(operator: Visitor, target: str = "worker-1", **headers: str) -> Any:
    form = {"act": "halt", "target": target, "seconds": "100", "next": "/operator/orders"}
    return operator.post("/break/faults", form, **headers)


def noted(database_url: str) -> list[Any]:
    """The last entries about faults, newest first."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "select action, subject, outcome, detail from audit_log where action like 'fault.%%'"
            " order by number desc limit 2"
        ).fetchall()


def test_an_operator_breaks_something_and_mends_it(operator: Visitor, control: Control, database_url: str) -> None:
    answer = halted(operator)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/operator/orders")
    (fault,) = control.board().faults
    assert fault.target == "worker-1"
    assert fault.by.startswith("operator ")
    assert noted(database_url)[0] == ("fault.caused", "worker-1", "done", {"act": "halt", "seconds": 100.0})

    shown = operator.get("/break/board.json").json()
    assert [each["target"] for each in shown["faults"]] == ["worker-1"]
    assert [each["name"] for each in shown["instances"] if each["state"] == "stopped"] == ["worker-1"]

    assert operator.post("/break/undo", {"number": fault.number}).status_code == 303
    until(lambda: not operator.get("/break/board.json").json()["faults"], "the board to be empty")
    assert noted(database_url)[0][:3] == ("fault.undone", str(fault.number), "done")


def test_a_script_gets_json(operator: Visitor, control: Control) -> None:
    assert halted(operator, **JSON).json() == {"number": control.board().faults[0].number}
    refused = halted(operator, **JSON)
    assert refused.status_code == 409
    assert refused.json() == {"error": "worker-1: halt is on already. Undo it first."}


def test_what_is_refused_says_why_and_is_noted(operator: Visitor, control: Control, database_url: str) -> None:
    answer = halted(operator, "store")
    assert answer.status_code == 409
    assert "store: halt is not possible" in answer.text
    assert [entry[2] for entry in noted(database_url)] == ["refused", "done"]
    assert not control.board().faults


@pytest.mark.parametrize("changed", [{"act": "burn"}, {"act": "scale"}, {"seconds": "long"}, {"act": ""}])
def test_what_cannot_be_read_breaks_nothing(operator: Visitor, control: Control, changed: dict[str, str]) -> None:
    form = {"act": "halt", "target": "worker", "seconds": "10"} | changed
    assert operator.post("/break/faults", form).status_code == 400
    assert not control.board().faults


def test_others_may_not(pages: ServingProcess, world: World, control: Control) -> None:
    visitor = Visitor(pages)
    assert halted(visitor).status_code == 401
    visitor.signs_in(world.emails["customer"])
    assert halted(visitor).status_code == 403
    assert visitor.get("/break/board.json").status_code == 403
    assert not control.board().faults


def test_another_site_cannot_break_anything(operator: Visitor, control: Control) -> None:
    assert halted(operator, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not control.board().faults


def test_a_fault_outlives_the_process_of_its_page_only_for_a_moment(
    platform: Platform, database_url: str, world: World, control: Control
) -> None:
    process = classroom(platform.layout.state_dir, database_url)
    visitor = Visitor(process)
    visitor.signs_in(world.emails["operator"])
    assert halted(visitor).status_code == 303
    process.child.kill()
    assert control.board().faults
    until(lambda: not control.board().faults, "the fault to be undone")
    assert all(each.works for each in control.board().of_kind("worker"))


PUBLIC = {"public_url": "https://pedidos.example", "operators_second_factor": "never"}
"""Without the second factor, which would stop an operator earlier."""


@pytest.mark.parametrize("elsewhere", [PUBLIC, {"demo": "false"}])
def test_there_is_nothing_to_break_where_others_come(
    platform: Platform, database_url: str, world: World, control: Control, elsewhere: dict[str, str]
) -> None:
    process = classroom(platform.layout.state_dir, database_url, **elsewhere)
    try:
        visitor = Visitor(process)
        visitor.signs_in(world.emails["operator"])
        assert halted(visitor).status_code == 404
        assert visitor.get("/break/board.json").status_code == 404
        assert not control.board().faults
    finally:
        process.child.end()


def test_another_name_of_the_machine_is_not_enough(operator: Visitor, control: Control) -> None:
    assert halted(operator, Host="pedidos.example").status_code == 404
    assert not control.board().faults


def test_the_products_own_pages_break_nothing(web: ServingProcess, world: World) -> None:
    visitor = Visitor(web)
    visitor.signs_in(world.emails["operator"])
    assert halted(visitor).status_code == 404


def test_without_a_supervisor_the_page_says_so(tmp_path: Path, database_url: str, world: World) -> None:
    process = classroom(tmp_path, database_url)
    try:
        visitor = Visitor(process)
        visitor.signs_in(world.emails["operator"])
        answer = visitor.get("/break/board.json", **JSON)
        assert answer.status_code == 503
        assert "The supervisor does not answer" in answer.json()["error"]
    finally:
        process.child.end()
