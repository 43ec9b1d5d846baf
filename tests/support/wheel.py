"""The product as its wheel installs it: in an environment without the checkout, configured by variables alone."""

import subprocess
import sys
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pedidos.shell import SERVER, inherited
from pedidos_local import uv
from pedidos_local.processes import answers, beats
from tests.support.checkout import ROOT
from tests.support.waiting import until

READY_SECONDS = 60.0
COMMAND_SECONDS = 60.0
END_SECONDS = 20.0


def build(folder: Path) -> Path:
    """The wheel of this checkout."""
    uv.run("build", "--wheel", "--quiet", "--out-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("*.whl")
    return wheel


def contents(wheel: Path) -> set[str]:
    """What is at the top of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name.partition("/")[0] for name in archive.namelist()}


@dataclass(frozen=True, slots=True)
class _Process:
    running: "subprocess.Popen[bytes]"
    port: int | None
    heartbeat: Path
    log: Path

    def works(self) -> bool:
        assert self.running.poll() is None, self.log.read_text("utf-8", "replace")
        return beats(self.heartbeat) if self.port is None else answers(self.port)

    def end(self) -> None:
        self.running.terminate()
        try:
            self.running.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()


class Installation:
    """A new environment with the wheel, and processes that run from it. They are ended when the context is left."""

    def __init__(self, wheel: Path, folder: Path, settings: Mapping[str, object]) -> None:
        """settings: the variables that all processes have in common, without PEDIDOS_."""
        self._folder = folder
        self._bin = folder / "environment" / "bin"
        self._settings = settings
        self._processes: dict[str, _Process] = {}
        self._ending = ExitStack()
        python, constraints = str(self._bin / "python"), str(ROOT / "locks" / "runtime.txt")
        uv.run("venv", "--quiet", "--python", sys.executable, str(self._bin.parent))
        uv.run("pip", "install", "--quiet", "--python", python, "--constraint", constraints, str(wheel))

    def __enter__(self) -> "Installation":
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def run(self, program: str, *arguments: str) -> str:
        """What a program of the environment prints; it must end well."""
        done = subprocess.run(
            [self._bin / program, *arguments],
            env=self._environment({}),
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def start(self, kind: str, port: int | None = None) -> None:
        """Begins to start `pedidos KIND`. port: of a process that listens."""
        heartbeat, log = self._folder / f"{kind}.heartbeat", self._folder / f"{kind}.log"
        own: dict[str, object] = {"INSTANCE": f"{kind}-1", "HEARTBEAT_FILE": heartbeat}
        with log.open("wb") as output:
            running = subprocess.Popen(
                [self._bin / "pedidos", kind],
                env=self._environment(own if port is None else {**own, "PORT": port}),
                cwd=self._folder,
                stdout=output,
                stderr=output,
            )
        self._processes[kind] = process = _Process(running, port, heartbeat, log)
        self._ending.callback(process.end)

    def wait_until_all_work(self) -> None:
        """Fails with the log of a process that ended."""
        for kind, process in self._processes.items():
            until(process.works, READY_SECONDS, f"the start of {kind}")

    def _environment(self, own: Mapping[str, object]) -> dict[str, str]:
        """Nothing of the checkout, whose folder may be in PYTHONPATH."""
        return inherited(SERVER) | {f"PEDIDOS_{name}": str(value) for name, value in {**self._settings, **own}.items()}
