"""The supervisor with small real programs: order, death, force, leftovers, scaling."""

import os
import signal
import stat
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from pedidos_local.child import FIRST_ATTEMPTS
from pedidos_local.control import Unreachable, ask
from pedidos_local.daemon import AlreadyRunning, lock
from tests.integration.local.platforms import NOTICED_SECONDS, Platform, alive, start, supervised
from tests.support.waiting import until

ROUNDED_SECONDS = 0.002
"""By so much the moments of two happenings, told in milliseconds, can lie closer together than they were."""


def test_starts_in_order_of_need_and_stops_in_reverse(platform: Platform) -> None:
    assert platform.written("started") == ["store-1", "work-1", "edge-1"]
    pids = [facts["pid"] for facts in platform.processes().values()]
    assert platform.ask(do="stop")[-1] == {"done": True}
    assert platform.process.wait(10) == 0
    assert platform.written("stopped") == ["edge-1", "work-1", "store-1"]
    assert not any(isinstance(pid, int) and alive(pid) for pid in pids)
    assert platform.records() == {}


def test_what_a_program_writes_others_cannot_read(platform: Platform) -> None:
    assert stat.S_IMODE((platform.layout.state_dir / "started").stat().st_mode) == 0o600


def test_a_signal_stops_it_in_order_too(platform: Platform) -> None:
    platform.process.send_signal(signal.SIGINT)
    assert platform.process.wait(10) == 0
    assert platform.written("stopped") == ["edge-1", "work-1", "store-1"]


def test_what_dies_is_started_again(platform: Platform) -> None:
    for restarts in (1, 2):
        pid = platform.pid("work-1")
        os.kill(pid, signal.SIGKILL)
        until(lambda: platform.processes()["work-1"]["restarts"] == restarts, "the restart")  # noqa: B023
        until(lambda: platform.processes()["work-1"]["state"] == "running", "work-1 to run")
        facts = platform.processes()["work-1"]
        assert facts["pid"] not in (None, pid)
        assert facts["last_exit"] == "ended by SIGKILL"
        assert facts["responsive"] is True
    assert platform.processes()["store-1"]["restarts"] == 0


def test_after_kill_9_of_the_supervisor_the_next_one_ends_the_orphans(platform: Platform) -> None:
    before = platform.records()
    platform.process.kill()
    platform.process.wait()
    assert all(record.alive() for record in before.values())
    (platform.layout.state_dir / "stopped").unlink(missing_ok=True)

    again = start(platform.layout.state_dir, platform.layout.port_base)
    try:
        again.until("up")
        assert not any(record.alive() for record in before.values())
        assert again.written("stopped") == ["edge-1", "work-1", "store-1"]
        assert {record.pid for record in again.records().values()}.isdisjoint(r.pid for r in before.values())
    finally:
        again.end()


def test_a_process_that_got_the_number_of_a_dead_one_is_left_alone(platform: Platform) -> None:
    stranger = psutil.Popen(["sleep", "60"])
    try:
        platform.process.kill()
        platform.process.wait()
        path = platform.layout.run / "work-1.json"
        record = platform.records()["work-1"]
        path.write_text(path.read_text().replace(f'"pid": {record.pid}', f'"pid": {stranger.pid}'))
        again = start(platform.layout.state_dir, platform.layout.port_base)
        try:
            again.until("up")
            assert stranger.is_running()
            assert not record.alive(), "without its record it is still known by its mark"
        finally:
            again.end()
    finally:
        stranger.kill()
        stranger.wait()


def test_scales(platform: Platform) -> None:
    assert platform.ask(do="scale", counts={"work": 3})[-1] == {"done": True}
    assert [name for name in platform.processes() if name.startswith("work")] == ["work-1", "work-2", "work-3"]
    assert platform.ask(do="scale", counts={"work": 1})[-1] == {"done": True}
    assert [name for name in platform.processes() if name.startswith("work")] == ["work-1"]
    assert sorted(platform.written("stopped")) == ["work-2", "work-3"]


@pytest.mark.parametrize("counts", [{"store": 2}, {"work": 6}, {"nothing": 1}])
def test_refuses_a_number_that_cannot_be(platform: Platform, counts: dict[str, int]) -> None:
    (answer,) = platform.ask(do="scale", counts=counts)
    assert "can" in str(answer["error"])
    assert platform.processes().keys() == {"store-1", "work-1", "edge-1"}


def test_restarts_all_of_a_kind_one_after_the_other(platform: Platform) -> None:
    platform.ask(do="scale", counts={"work": 2})
    before = (platform.pid("work-1"), platform.pid("work-2"))
    told = platform.ask(do="restart", name="work")
    assert [f"{t['what']} {t['name']}" for t in told if t.get("what") in ("stopped", "ready")] == [
        "stopped work-1",
        "ready work-1",
        "stopped work-2",
        "ready work-2",
    ]
    assert not set(before) & {platform.pid("work-1"), platform.pid("work-2")}
    assert "There is no process" in str(platform.ask(do="restart", name="shop")[-1]["error"])


def test_one_that_is_alone_behind_the_edge_has_a_stand_in_while_it_is_restarted(platform: Platform) -> None:
    before = platform.pid("work-1")
    told = platform.ask(do="restart", name="work-1")
    assert [f"{t['what']} {t['name']}" for t in told if t.get("what") in ("stopped", "ready")] == [
        "ready work-2",
        "stopped work-1",
        "ready work-1",
        "stopped work-2",
    ]
    at = {f"{t['what']} {t['name']}": float(str(t["at"])) for t in told if "at" in t}
    for ready, stopping in (("ready work-2", "stopping work-1"), ("ready work-1", "stopping work-2")):
        assert at[stopping] - at[ready] >= NOTICED_SECONDS - ROUNDED_SECONDS, (
            "the edge sends nothing yet to the one that is to stay"
        )
    assert platform.pid("work-1") != before
    assert "work-2" not in platform.processes()


def test_what_does_not_stop_is_killed_with_its_children(tmp_path: Path, port_base: int) -> None:
    with supervised(tmp_path, port_base, WITH_STUBBORN="1") as platform:
        child = int((tmp_path / "stubborn-1.child").read_text())
        told = platform.ask(do="stop")
        assert {"stopped": "did not stop, killed"} in [{t["what"]: t.get("detail")} for t in told if "what" in t]
        until(lambda: not alive(child), "the end of the child")


def test_children_of_a_killed_program_do_not_outlive_it(tmp_path: Path, port_base: int) -> None:
    with supervised(tmp_path, port_base, WITH_STUBBORN="1") as platform:
        child = int((tmp_path / "stubborn-1.child").read_text())
        os.kill(platform.pid("stubborn-1"), signal.SIGKILL)
        until(lambda: not alive(child), "the end of the child")


def test_a_program_that_cannot_start_ends_the_start_and_shows_its_last_lines(tmp_path: Path, port_base: int) -> None:
    platform = start(tmp_path, port_base, WITH_BROKEN="1")
    try:
        failed = platform.until("failed")
        assert failed["name"] == "broken-1"
        assert failed["detail"] == "exited with code 3"
        assert failed["log"] == ["cannot find my configuration"]
        exits = [each for each in platform.follow() if each.get("what") == "exited" and each["name"] == "broken-1"]
        assert [each["log"] for each in exits] == [["cannot find my configuration"]] * FIRST_ATTEMPTS
        assert platform.process.wait(10) == 1
        assert platform.records() == {}
    finally:
        platform.end()


def test_a_start_that_failed_before_any_client_listened_is_reported(tmp_path: Path, port_base: int) -> None:
    platform = start(tmp_path, port_base, WITHOUT_PLAN="1")
    try:
        with pytest.raises(subprocess.TimeoutExpired):  # `up` needs so long before it listens
            platform.process.wait(1.0)
        assert platform.until("failed")["detail"] == "no plan can be made"
        assert platform.process.wait(10) == 1
    finally:
        platform.end()


def test_ends_with_its_owner(tmp_path: Path, port_base: int) -> None:
    platform = start(tmp_path, port_base)
    try:
        listening = platform.follow(owner="always")
        next(listening)
        listening.close()  # type: ignore[attr-defined]  # a generator, and so the connection
        assert platform.process.wait(15) == 0
    finally:
        platform.end()


def test_one_supervisor_a_folder(platform: Platform) -> None:
    with pytest.raises(AlreadyRunning):
        lock(platform.layout)


def test_only_the_owner_of_the_token_is_answered(platform: Platform) -> None:

    (answer,) = ask(platform.layout.control_port, "guessed", {"do": "stop"}, 5.0)
    assert answer == {"error": "The token is not right."}
    platform.end()
    with pytest.raises(Unreachable):
        next(ask(platform.layout.control_port, "guessed", {"do": "stop"}, 5.0))


def test_costs_nothing_while_nothing_happens(platform: Platform) -> None:
    supervisor = psutil.Process(platform.process.pid)
    time.sleep(1)  # what the start left to do
    before = supervisor.cpu_times()
    time.sleep(3)
    after = supervisor.cpu_times()
    assert (after.user + after.system) - (before.user + before.system) <= 0.02
