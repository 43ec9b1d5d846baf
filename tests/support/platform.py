"""A separate platform, driven only by its command line."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.client import Client
from tests.support.ports import PortBlock

COMMAND_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Platform:
    """state_dir and port_base belong to this platform only."""

    state_dir: Path
    port_base: int

    def run(self, *arguments: str, code: int = 0, entered: str = "") -> str:
        """Runs a command, which must end with this exit status. Returns its output. entered: its standard input."""
        done = subprocess.run(
            [sys.executable, "-m", "pedidos_dev", *arguments],
            env=self.environment,
            input=entered,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == code, f"pedidos {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("PEDIDOS_")},
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "PEDIDOS_STATE_DIR": str(self.state_dir),
            "PEDIDOS_PORT_BASE": str(self.port_base),
        }

    def client(self, email: str) -> Client:
        """Someone who speaks to it over HTTPS. It runs."""
        return Client(
            self.port_base, self.state_dir / "certificates" / "ca.pem", self.state_dir / "secrets.json", email
        )

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("status", "--json"))
        return found

    def processes(self) -> dict[str, dict[str, Any]]:
        return {facts["name"]: facts for facts in self.status()["processes"]}

    def pids(self) -> dict[str, int]:
        """Of every recorded process, and of the supervisor."""
        records = {path.stem: json.loads(path.read_text()) for path in (self.state_dir / "run").glob("*.json")}
        records["supervisor"] = json.loads((self.state_dir / "run" / "supervisor").read_text())
        return {name: record["pid"] for name, record in records.items()}

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """Inside, the process stands still: it takes what is sent to it, and answers nothing."""
        pid = self.pids()[name]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def platform_in(state_dir: Path) -> Iterator[Platform]:
    """A platform that is still to be started, with this state folder and ports of its own. It is down at the end."""
    with closing(PortBlock()) as block:
        platform = Platform(state_dir, block.base)
        try:
            yield platform
        finally:
            platform.run("down")
