"""up, down and reset, in this process, with a supervisor of small programs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from pedidos_dev.cli import app
from pedidos_local import credentials, postgres
from pedidos_local.cli import platform as platform_commands
from pedidos_local.cli.supervised import Supervised
from pedidos_local.daemon import AlreadyRunning, lock
from pedidos_local.environment import write_env_file
from pedidos_local.layout import Layout
from pedidos_local.settings import LocalSettings
from tests.integration.local.platforms import TOKEN, Platform, start, supervised
from tests.support.settings import platform_settings


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port_base: int) -> Layout:
    """Of the platform that the commands are about."""
    monkeypatch.setenv("PEDIDOS_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("PEDIDOS_PORT_BASE", str(port_base))
    return Layout(tmp_path / "state", port_base)


@pytest.fixture
def platform(layout: Layout) -> Iterator[Platform]:
    with supervised(layout.state_dir, layout.port_base) as made:
        yield made


@pytest.fixture
def neighbour(tmp_path: Path, port_base: int) -> Iterator[Platform]:
    """Another platform, on the same ports."""
    with supervised(tmp_path / "neighbour", port_base) as made:
        yield made


@pytest.fixture
def begun(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Platform]]:
    """Filled by `up` with the platform that it starts: one of small programs, which can be asked."""
    started: list[Platform] = []

    def begin(_: Supervised) -> None:
        layout.make()
        secrets = replace(credentials.Credentials(), control=TOKEN)
        credentials.write_private(layout.secrets_file, json.dumps(asdict(secrets)))
        started.append(start(layout.state_dir, layout.port_base))

    monkeypatch.setattr(Supervised, "start", begin)
    yield started
    for platform in started:
        platform.end()


def pedidos(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, prog_name="pedidos")


def test_reset_leaves_alone_what_was_started_while_it_asked(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    layout.make()
    started: list[Platform] = []
    monkeypatch.setattr(typer, "confirm", lambda *_, **__: started.append(start(layout.state_dir, layout.port_base)))
    done = pedidos("reset")
    try:
        assert done.exit_code == 1
        assert done.stderr == "The platform is running: `pedidos down` first.\n"
        started[0].until("up")
        assert started[0].records().keys() == {"store-1", "work-1", "edge-1"}
    finally:
        started[0].end()


def test_reset_is_refused_while_a_supervisor_starts_that_cannot_be_asked_yet(layout: Layout) -> None:
    layout.make()
    with lock(layout):
        done = pedidos("reset", "--yes")
    assert (done.exit_code, done.stderr) == (1, "The platform is running: `pedidos down` first.\n")
    assert layout.run.exists()


def test_no_supervisor_can_start_while_reset_removes(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    layout.make()

    def destroy(_: LocalSettings) -> None:
        with pytest.raises(AlreadyRunning):
            lock(layout)

    monkeypatch.setattr(postgres, "destroy", destroy)
    assert pedidos("reset", "--yes").exit_code == 0
    assert not layout.state_dir.exists()


def test_another_platform_on_the_port_is_not_taken_for_ours(layout: Layout, neighbour: Platform) -> None:
    layout.make()
    credentials.ensure(layout.secrets_file)
    up = pedidos("up", "--detach")
    assert up.exit_code == 1
    assert up.stderr.startswith(f"Port {layout.control_port} (control) is taken by pid {neighbour.process.pid}: ")
    status = pedidos("status")
    assert (status.exit_code, status.stdout) == (3, "The platform is not running: `pedidos up`.\n")
    assert pedidos("down").stdout == "Nothing was running.\n"
    assert pedidos("reset", "--yes").stdout == f"Removed {layout.state_dir}.\n"
    assert neighbour.processes().keys() == {"store-1", "work-1", "edge-1"}


@pytest.mark.parametrize("command", ["status", "up", "restart relay", "order", "demo"])
def test_damaged_passwords_are_reported_in_one_line(layout: Layout, command: str) -> None:
    layout.make()
    layout.secrets_file.write_text("")
    write_env_file(platform_settings(layout.state_dir, port_base=layout.port_base))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    call = [sys.executable, "-m", "pedidos_dev", *command.split()]
    done = subprocess.run(call, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{layout.secrets_file} is damaged")
    assert done.stderr.count("\n") == 1


def test_down_and_reset_need_no_passwords_and_no_whole_records(layout: Layout, platform: Platform) -> None:
    before = platform.records()
    layout.secrets_file.write_text("")
    (layout.run / "work-1.json").write_text("")
    assert pedidos("reset", "--yes").exit_code == 1
    assert pedidos("down").exit_code == 0
    assert platform.process.wait(5) == 0
    assert not any(record.alive() for record in before.values())
    assert pedidos("reset", "--yes").exit_code == 0
    assert not layout.state_dir.exists()


def test_ctrl_c_before_the_start_is_followed_stops_it(begun: list[Platform], monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting(MetaPathFinder):
        def find_spec(self, fullname: str, *_: object) -> None:
            if fullname == "pedidos_local.cli.welcome":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "pedidos_local.cli.welcome", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    done = pedidos("up")
    assert (done.exit_code, done.exception) == (0, None)
    assert begun[0].process.wait(5) == 0


def test_ctrl_c_of_which_the_supervisor_knows_already_is_no_error(
    begun: list[Platform], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        begun[0].process.terminate()
        begun[0].process.wait()
        raise KeyboardInterrupt

    monkeypatch.setattr(platform_commands, "_attend", interrupted)
    done = pedidos("up")
    assert (done.exit_code, done.exception) == (0, None)
    assert done.stdout == "\nStopping …\n"
