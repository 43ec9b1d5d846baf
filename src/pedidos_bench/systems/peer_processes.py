"""Starts a peer's programs in its own environment, each in a process group, and ends them all."""

import os
import signal
import socket
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from pedidos_bench import peers_environment
from pedidos_local import ports
from pedidos_local.environment import python as our_python

START_SECONDS = 120.0
STOP_SECONDS = 15.0
KILL_SECONDS = 10.0
POLL_SECONDS = 0.05
LOG_LINES = 30
PACKAGE_FOLDER = Path(__file__).parents[1]
"""The folder that contains the package `peers`."""


class PeerFailed(Exception):
    """A program ended, or was not ready in time; the message holds its last lines."""


@dataclass(slots=True)
class _Running:
    role: str
    name: str
    log: Path
    process: "subprocess.Popen[bytes]" = field(repr=False)


class Processes:
    """Use as a context manager. folder: for logs and ready files. variables: of every program's environment."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self._folder = folder
        self._variables = dict(variables)
        self._running: list[_Running] = []
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Processes":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, role: str, command: Sequence[str], ready: Callable[[], bool] | None = None) -> None:
        """Starts a program and waits until it is ready: ready() returns true, or by default the file $READY_FILE
        exists. Raises PeerFailed."""
        name = f"{role}-{len(self._running) + 1}"
        ready_file = self._folder / f"{name}.ready"
        ready_file.unlink(missing_ok=True)
        log = self._folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._folder,
                env=environment(self._variables | {"READY_FILE": str(ready_file)}),
                start_new_session=True,
            )
        running = _Running(role, name, log, process)
        self._running.append(running)
        _wait(running, ready or ready_file.exists)

    def serve(self, role: str, app: str, workers: int, threads: int) -> str:
        """Serves a WSGI app with gunicorn; returns its URL. Raises PeerFailed."""
        port = free_port()
        command = [
            *(python(), "-m", "gunicorn", app, "--bind", f"{ports.LOOPBACK}:{port}", "--worker-class", "gthread"),
            *("--workers", str(workers), "--threads", str(threads)),
            # As behind a proxy: with the default of 2 s, a connection may close while a request arrives.
            *("--keep-alive", "75", "--no-control-socket"),
        ]
        self.start(role, command, answers(port))
        return f"http://{ports.LOOPBACK}:{port}"

    def run_once(self, module: str) -> bool:
        """Runs a module of the peers until it ends; returns whether it succeeded. Its output goes to {module}.log."""
        with (self._folder / f"{module}.log").open("ab") as output:
            done = subprocess.run(
                [python(), "-m", module],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._folder,
                env=environment(self._variables),
                timeout=START_SECONDS,
                check=False,
            )
        return done.returncode == 0

    def roots(self) -> dict[str, list[int]]:
        """Role → process ids of its programs."""
        found: dict[str, list[int]] = defaultdict(list)
        for each in self._running:
            found[each.role].append(each.process.pid)
        return dict(found)

    def stop(self) -> None:
        """Stops all programs in the reverse order of their start; kills them after 15 seconds."""
        for each in reversed(self._running):
            _signal(each, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                each.process.wait(STOP_SECONDS)
            _signal(each, signal.SIGKILL)  # and its children that outlived it
            each.process.wait(KILL_SECONDS)
        self._running.clear()


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process in the peers' Python: as for our own processes, with the folder of the package
    `peers`."""
    return {**our_python(), "PYTHONPATH": str(PACKAGE_FOLDER), **variables}


def python() -> str:
    """The peers' Python. Raises peers_environment.Unavailable."""
    return str(peers_environment.ensure())


def missing() -> str | None:
    """Why no peer can run here; None if peers can. Makes their environment if it is missing."""
    try:
        peers_environment.ensure()
    except peers_environment.Unavailable as problem:
        return str(problem)
    return None


def free_port() -> int:
    """A port that no process listens on now."""
    with socket.socket() as probe:
        probe.bind((ports.LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int, path: str = "/livez") -> Callable[[], bool]:
    """Whether a server answers GET path on this port with 200."""

    def ask() -> bool:
        try:
            with socket.create_connection((ports.LOOPBACK, port), 1) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                with connection.makefile("rb") as answer:
                    return answer.readline().startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    return ask


def _wait(running: _Running, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        code = running.process.poll()
        if code is not None:
            raise PeerFailed(f"{running.name} ended with {code}:\n{_tail(running.log)}")
        if time.monotonic() > deadline:
            raise PeerFailed(f"{running.name} was not ready within {START_SECONDS:.0f} s:\n{_tail(running.log)}")
        time.sleep(POLL_SECONDS)


def _signal(running: _Running, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(running.process.pid, number)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-LOG_LINES:])
