"""Faults on a running platform: they have an effect, are shown as they are, and end, also when their owner dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from pedidos_classroom.control import Control, Fault, NotPossible, Unreachable
from tests.integration.local.platforms import Platform, supervised
from tests.support.waiting import until

LEASE_SECONDS = 1.0

HOLD = """
import sys, time
from pathlib import Path
from pedidos_classroom.control import Control
control = Control(Path(sys.argv[1]), "a program", "a test", lease_seconds=1.0)
control.halt("worker", 200)
print("broken", flush=True)
while True:
    control.renew()
    time.sleep(0.1)
"""


@pytest.fixture
def platform(tmp_path: Path, port_base: int) -> Iterator[Platform]:
    with supervised(tmp_path / "state", port_base, WITH_CLASSROOM="1") as made:
        yield made


@pytest.fixture
def control(platform: Platform) -> Control:
    return Control.at(platform.layout.state_dir, "a page", "a test")


def works(control: Control, name: str) -> bool:
    return next(each for each in control.board().instances if each.name == name).works


def only(control: Control) -> Fault:
    (fault,) = control.board().faults
    return fault


def test_a_killed_program_is_on_the_board_until_it_runs_again(platform: Platform, control: Control) -> None:
    before = platform.pid("worker-1")
    control.kill("worker-1")
    assert only(control).target == "worker-1"
    until(lambda: not control.board().faults, "the board to be empty")
    assert works(control, "worker-1")
    assert platform.pid("worker-1") != before
    assert platform.processes()["worker-2"]["restarts"] == 0


def test_a_paused_program_goes_on_when_the_time_is_over(platform: Platform, control: Control) -> None:
    pid = platform.pid("worker-2")
    control.pause("worker-2", 0.5)
    until(lambda: not control.board().faults, "the board to be empty")
    assert works(control, "worker-2")
    assert platform.pid("worker-2") == pid


def test_a_paused_program_is_shown_as_paused(control: Control) -> None:
    number = control.pause("worker-2", 100)
    assert not works(control, "worker-2")
    assert only(control).target == "worker-2"
    control.undo(number)
    until(lambda: not control.board().faults, "the board to be empty")
    assert works(control, "worker-2")


def test_a_halted_kind_stays_away_until_it_is_undone(control: Control) -> None:
    number = control.halt("worker", 100)
    assert {each.state for each in control.board().of_kind("worker")} == {"stopped"}
    assert control.undo(number)
    until(lambda: not control.board().faults, "the board to be empty")
    assert all(each.works for each in control.board().of_kind("worker"))
    assert not control.undo(number)


def test_a_scaled_kind_gets_its_number_back(control: Control) -> None:
    control.scale("worker", 4, 100)
    assert len(control.board().of_kind("worker")) == 4
    assert control.undo_own() == 1
    until(lambda: not control.board().faults, "the board to be empty")
    assert len(control.board().of_kind("worker")) == 2


def test_a_number_that_was_chosen_meanwhile_stays(platform: Platform, control: Control) -> None:
    control.scale("worker", 0, 100)
    platform.ask(do="scale", counts={"worker": 3})
    until(lambda: not control.board().faults, "the board to be empty")
    assert len(control.board().of_kind("worker")) == 3


def test_what_somebody_else_breaks_is_shown_too(platform: Platform, control: Control) -> None:
    pid = platform.pid("worker-1")
    os.kill(pid, signal.SIGSTOP)
    until(lambda: not works(control, "worker-1"), "worker-1 to be stopped")
    assert [each.name for each in control.board().not_working()] == ["worker-1"]
    os.kill(pid, signal.SIGCONT)
    until(lambda: works(control, "worker-1"), "worker-1 to go on")


def test_a_fault_ends_with_its_owner(control: Control) -> None:
    """The owner is killed, and says nothing any more."""
    command = [sys.executable, "-c", HOLD, str(control.socket)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "broken\n"
        held = only(control).began_at
        # Longer than the lease: it is renewed.
        until(lambda: only(control).most_seconds < 200 - 2 * LEASE_SECONDS, "the lease to be renewed twice")
        assert only(control).began_at == held
        owner.kill()
    until(lambda: not control.board().faults, "the board to be empty")
    assert all(each.works for each in control.board().of_kind("worker"))


def test_a_page_that_is_left_renews_no_other_owners_faults(control: Control) -> None:
    short = replace(control, owner="left", lease_seconds=LEASE_SECONDS)
    short.halt("worker-1", 100)
    control.halt("worker-2", 100)
    until(lambda: control.renew() == 1 and len(control.board().faults) == 1, "the other fault to end")
    assert only(control).target == "worker-2"


@pytest.mark.parametrize(
    ("act", "target", "words"),
    [
        ("pause", "store", "store: pause is not possible"),
        ("halt", "work-1", "work: halt is not possible"),
        ("kill", "shop", "There is no process shop"),
        ("gateway", "gateway", "There is no process gateway"),
        ("scale", "edge", "edge: scale is not possible"),
    ],
)
def test_what_is_not_possible_is_refused_and_changes_nothing(
    control: Control, act: str, target: str, words: str
) -> None:
    detail = {"count": 2} if act == "scale" else {"down": True} if act == "gateway" else {}
    with pytest.raises(NotPossible, match=words):
        control.cause(act, target, 10, detail)  # type: ignore[arg-type]  # as a form would send it
    assert not control.board().faults


def test_the_same_thing_is_not_broken_twice(control: Control) -> None:
    control.halt("worker", 100)
    with pytest.raises(NotPossible, match="worker: halt is on already"):
        control.halt("worker", 100)


def test_the_platform_stops_in_order_while_something_is_paused(platform: Platform, control: Control) -> None:
    control.pause("worker-1", 100)
    platform.ask(do="stop")
    assert platform.process.wait(30) == 0
    assert "worker-1" in platform.written("stopped")  # it got the signal to stop, and was not killed
    with pytest.raises(Unreachable):
        control.board()


def test_the_socket_is_for_the_owner_of_the_platform(control: Control) -> None:
    assert control.socket.stat().st_mode & 0o777 == 0o600
    assert control.socket.parent.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root, to become another user")
def test_another_user_of_the_machine_is_refused(control: Control) -> None:
    """Even where the folders let them in."""
    for folder in (*control.socket.parents, control.socket):
        if folder.stat().st_uid == 0 and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o077 if folder == control.socket else folder.stat().st_mode | 0o011)
    asked = "\n".join(
        [
            "import os, socket, sys",
            "os.setgroups([]); os.setgid(65534); os.setuid(65534)",
            "connection = socket.socket(socket.AF_UNIX)",
            "connection.connect(sys.argv[1])",
            """connection.sendall(b'{"do": "show"}\\n')""",
            "print(connection.makefile().readline())",
        ]
    )
    command = [sys.executable, "-I", "-c", asked, str(control.socket)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == '{"error": "The platform belongs to another user."}'


def test_a_long_path_is_no_obstacle(tmp_path: Path, port_base: int) -> None:
    folder = tmp_path / ("a" * 60) / ("b" * 60) / "state"
    folder.parent.mkdir(parents=True)
    with supervised(folder, port_base, WITH_CLASSROOM="1"):
        assert Control.at(folder, "a page", "a test").board().instances


def test_the_children_of_a_killed_program_die_too(platform: Platform, control: Control) -> None:
    family = psutil.Process(platform.pid("worker-1"))
    control.kill("worker")
    until(lambda: not family.is_running(), "worker-1 to be gone")
    until(lambda: not control.board().faults, "the board to be empty")
