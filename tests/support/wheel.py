"""The product as its wheel installs it: in an environment without the checkout, configured by variables alone."""

import subprocess
import sys
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from pedidos.settings.os_environment import SERVER, inherited
from pedidos_dev.release import parts as release
from pedidos_local import uv
from pedidos_local.processes import answers, beats
from pedidos_local.program import Program
from tests.support.checkout import ROOT

COMMAND_SECONDS = 90.0


def build(folder: Path) -> Path:
    """The wheel of this checkout."""
    release.wheel(folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


def contents(wheel: Path) -> set[str]:
    """What is at the top of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name.partition("/")[0] for name in archive.namelist()}


class Installation:
    """A new environment with the wheel in it."""

    def __init__(self, wheel: Path, folder: Path, settings: Mapping[str, object]) -> None:
        """settings: the variables that all processes have in common, without PEDIDOS_."""
        self._folder = folder
        self._bin = folder / "environment" / "bin"
        self._settings = settings
        python, constraints = str(self._bin / "python"), str(ROOT / "locks" / "runtime.txt")
        uv.run("venv", "--quiet", "--python", sys.executable, str(self._bin.parent))
        uv.run("pip", "install", "--quiet", "--python", python, "--constraint", constraints, str(wheel))

    def run(self, program: str, *arguments: str) -> str:
        """What a program of the environment prints; it must end well."""
        done = subprocess.run(
            [self._bin / program, *arguments],
            env=inherited(SERVER) | self._variables(self._settings),
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def process(self, kind: str, port: int | None = None) -> Program:
        """`pedidos KIND`. port: of a process that listens."""
        heartbeat = self._folder / f"{kind}.heartbeat"
        own: dict[str, object] = {"INSTANCE": f"{kind}-1", "HEARTBEAT_FILE": heartbeat}
        if port is not None:
            own["PORT"] = port
        return Program(
            name=f"{kind}-1",
            kind=kind,
            command=[str(self._bin / "pedidos"), kind],
            ready=partial(beats, heartbeat) if port is None else partial(answers, port),
            env=self._variables({**self._settings, **own}),
            cwd=self._folder,
        )

    @staticmethod
    def _variables(settings: Mapping[str, object]) -> dict[str, str]:
        return {f"PEDIDOS_{name}": str(value) for name, value in settings.items()}
