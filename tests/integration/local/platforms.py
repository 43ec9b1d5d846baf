"""Small programs for the supervisor's tests, and a supervisor of them as a process of its own.

`python platforms.py STATE_DIR PORT_BASE FD` runs it; the tests speak to it over its control port.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from pedidos_local import control, credentials
from pedidos_local.daemon import Daemon, lock, serve, tell_who_i_am
from pedidos_local.layout import Layout
from pedidos_local.program import Program
from pedidos_local.records import Record, created, read
from pedidos_local.supervisor import Kind

TOKEN = "token-of-the-test"
NOTICED_SECONDS = 0.4

STEADY = """
import pathlib, signal, subprocess, sys, time
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
def stop(*_):
    with (folder / "stopped").open("a") as file: file.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("hello from", name, flush=True)
with (folder / "started").open("a") as file: file.write(name + "\\n")
(folder / (name + ".ready")).touch()
while True: time.sleep(60)
"""

STUBBORN = """
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
(folder / (name + ".child")).write_text(str(child.pid))
(folder / (name + ".ready")).touch()
time.sleep(600)
"""

BROKEN = "import sys; print('cannot find my configuration'); sys.exit(3)"


def program(layout: Layout, kind: str, number: int, code: str = STEADY, stop_seconds: float = 5.0) -> Program:
    name = f"{kind}-{number}"
    sign = layout.state_dir / f"{name}.ready"
    sign.unlink(missing_ok=True)
    command = [sys.executable, "-c", code, str(layout.state_dir), name]
    return Program(name, kind, command, ready=sign.exists, stop_seconds=stop_seconds)


def kinds(layout: Layout) -> list[Kind]:
    def make(kind: str, code: str = STEADY, stop_seconds: float = 5.0) -> Callable[[int], Program]:
        return lambda number: program(layout, kind, number, code, stop_seconds)

    chosen = [
        Kind("store", 0, make("store")),
        Kind("set-up", 1, make("set-up", "print('done')"), needs=frozenset({"store"}), once=True),
        Kind("work", 2, make("work"), needs=frozenset({"set-up"}), limit=5, noticed_seconds=NOTICED_SECONDS),
        Kind("edge", 3, make("edge"), needs=frozenset({"work"})),
    ]
    if os.environ.get("WITHOUT_PLAN"):
        raise RuntimeError("no plan can be made")
    if os.environ.get("WITH_STUBBORN"):
        chosen.append(Kind("stubborn", 4, make("stubborn", STUBBORN, stop_seconds=0.5)))
    if os.environ.get("WITH_CLASSROOM"):
        chosen.append(Kind("worker", 2, make("worker"), needs=frozenset({"store"}), count=2, limit=5))
    if os.environ.get("WITH_BROKEN"):
        chosen.append(Kind("broken", 1, make("broken", BROKEN)))
    return chosen


@dataclass(frozen=True, slots=True)
class Platform:
    layout: Layout
    process: subprocess.Popen[bytes]

    def ask(self, **request: object) -> list[control.Message]:
        return list(control.ask(self.layout.port_base + 7, TOKEN, request, 30.0))

    def follow(self, owner: str = "never") -> Iterator[control.Message]:
        return control.ask(self.layout.port_base + 7, TOKEN, {"do": "follow", "owner": owner}, 30.0)

    def until(self, what: str) -> control.Message:
        """The first such happening, past ones included; fails when the platform ends before."""
        return next(happening for happening in self.follow() if happening.get("what") == what)

    def processes(self) -> dict[str, control.Message]:
        (status,) = self.ask(do="status")
        listed = status["processes"]
        assert isinstance(listed, list)
        return {facts["name"]: facts for facts in listed}

    def pid(self, name: str) -> int:
        found = self.processes()[name]["pid"]
        assert isinstance(found, int)
        return found

    def records(self) -> dict[str, Record]:
        return {record.name: record for record in read(self.layout.run)}

    def written(self, name: str) -> list[str]:
        return (self.layout.state_dir / name).read_text().split()

    def end(self) -> None:
        """Leave nothing behind, whatever the test did."""
        records = self.records().values()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for record in records:
            if record.alive():
                psutil.Process(record.pid).kill()


def start(state_dir: Path, port_base: int, **environment: str) -> Platform:
    """Returns when the supervisor listens, which is before its programs are ready."""
    readable, writable = os.pipe()
    process = subprocess.Popen(
        [sys.executable, __file__, str(state_dir), str(port_base), str(writable)],
        env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        pass_fds=[writable],
        start_new_session=True,
    )
    os.close(writable)
    with os.fdopen(readable) as pipe:
        said = pipe.readline()
    assert json.loads(said) == {"listening": True}
    return Platform(Layout(state_dir, port_base), process)


@contextmanager
def supervised(state_dir: Path, port_base: int, **environment: str) -> Iterator[Platform]:
    """Inside, the platform is up. At the end nothing of it is left."""
    platform = start(state_dir, port_base, **environment)
    try:
        platform.until("up")
        yield platform
    finally:
        platform.end()


def alive(pid: int) -> bool:
    return created(pid) is not None


def main() -> None:
    layout = Layout(Path(sys.argv[1]), int(sys.argv[2]))
    layout.make()
    held = lock(layout)
    credentials.ensure(layout.secrets_file)
    tell_who_i_am(layout)

    def listening() -> None:
        os.write(int(sys.argv[3]), b'{"listening": true}\n')
        os.close(int(sys.argv[3]))

    socket = layout.classroom_socket if os.environ.get("WITH_CLASSROOM") else None

    async def run() -> bool:
        daemon = Daemon(layout, lambda: kinds(layout), {})
        return await serve(daemon, layout.port_base + 7, TOKEN, listening, socket)

    went_well = asyncio.run(run())
    held.close()
    sys.exit(0 if went_well else 1)


if __name__ == "__main__":
    main()
