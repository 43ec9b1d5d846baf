"""What is broken, in words: as things are, not only what was broken here."""

from collections.abc import Iterator

import pytest

from pedidos.processes.web.app import app_without_services
from pedidos_classroom.control import Act, Board, Fault, Instance
from pedidos_classroom.web.app import MORE
from pedidos_classroom.web.board_view import heading, lines_of

WELL = {"latency_ms": 0.0, "error_rate": 0.0, "nonsense_rate": 0.0, "down": False}


@pytest.fixture(autouse=True)
def page() -> Iterator[None]:
    with app_without_services(MORE).test_request_context("/break", headers={"Accept-Language": "en"}):
        yield


def instance(name: str, state: str = "running", *, paused: bool = False) -> Instance:
    return Instance(name, name.partition("-")[0], state, 1, 1.0, 0, None, paused)


def fault(act: Act, target: str, **detail: object) -> Fault:
    return Fault(7, act, target, detail, (target,), "a page", "operator", 1.0, 9.0, 12.4, False, None)


def test_nothing_is_broken() -> None:
    board = Board((), (instance("worker-1"),), WELL)
    assert heading(board) == "Nothing is broken"
    assert lines_of(board) == []


@pytest.mark.parametrize(
    ("given", "text", "until"),
    [
        (fault(Act.KILL, "api"), "api was killed (SIGKILL), and is starting again", "being undone now"),
        (fault(Act.PAUSE, "worker-1"), "worker-1 is paused (SIGSTOP)", "undone in 12 s at the latest"),
        (fault(Act.HALT, "kafka"), "kafka was killed, and is kept away", "undone in 12 s at the latest"),
        (fault(Act.SCALE, "worker", count=3), "worker: there are 3 for now", "undone in 12 s at the latest"),
        (
            fault(Act.GATEWAY, "gateway", latency_ms=1500.0, down=True),
            "The gateway misbehaves: each answer comes 1.5 s later, it answers 503",
            "undone in 12 s at the latest",
        ),
        (
            fault(Act.GATEWAY, "gateway", error_rate=0.5, nonsense_rate=0.25),
            "The gateway misbehaves: 50 % of the charges are answered with an error, 25 % of its answers make no sense",
            "undone in 12 s at the latest",
        ),
    ],
)
def test_a_fault_in_words(given: Fault, text: str, until: str) -> None:
    (line,) = lines_of(Board((given,), (), WELL))
    assert (line.text, line.until, line.number) == (text, until, 7)


def test_what_a_command_broke_shows_too_and_cannot_be_undone_here() -> None:
    board = Board((), (instance("worker-1", paused=True), instance("api-1", "waiting")), WELL | {"down": True})
    assert heading(board) == "3 things are broken"
    assert [line.text for line in lines_of(board)] == [
        "worker-1 is paused",
        "api-1 does not run",
        "The gateway has faults that a command has set",
    ]
    assert all(line.number is None for line in lines_of(board))


def test_a_program_of_a_fault_is_not_named_twice() -> None:
    board = Board((fault(Act.HALT, "worker-1"),), (instance("worker-1", "stopped"),), None)
    assert heading(board) == "1 thing is broken"
