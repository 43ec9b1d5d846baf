"""The paths and ports of one local platform."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pedidos.settings.base import ENV_FILE
from pedidos.setup import secrets_file
from pedidos_local import ports
from pedidos_local.settings import LocalSettings

UMASK = 0o077
"""The umask of the supervisor and of every program that it starts: only their own user can read their files."""

PASS_THROUGH = 0o710
"""Mode of a state folder that PostgreSQL's user may pass through, by its group, to its own folder."""


@dataclass(frozen=True, slots=True)
class Layout:
    """state_dir is absolute. Two platforms have different values of state_dir and port_base, and share nothing."""

    state_dir: Path
    port_base: int

    @classmethod
    def of(cls, settings: LocalSettings) -> "Layout":
        return cls(settings.state_dir.expanduser().resolve(), settings.port_base)

    @property
    def logs(self) -> Path:
        return self.state_dir / "logs"

    @property
    def run(self) -> Path:
        """Records of running processes, and heartbeats: useless after the platform's processes have ended."""
        return self.state_dir / "run"

    @property
    def env_file(self) -> Path:
        return self.state_dir / ENV_FILE

    @property
    def secrets_file(self) -> Path:
        return self.state_dir / secrets_file.NAME

    @property
    def postbox(self) -> Path:
        """What the demo's mail server took, and its certificate."""
        return self.state_dir / "postbox"

    @property
    def figures_file(self) -> Path:
        """The figures of the operator's pages."""
        return self.state_dir / "figures" / "web.json"

    @property
    def lock_file(self) -> Path:
        """Locked by the supervisor while it runs."""
        return self.run / "supervisor.lock"

    @property
    def supervisor_file(self) -> Path:
        """Identifies the supervisor, for the case that it does not answer."""
        return self.run / "supervisor"

    @property
    def control_port(self) -> int:
        return self.port_base + ports.CONTROL

    @property
    def classroom_socket(self) -> Path:
        """Where the supervisor takes requests for faults (faults/desk.py)."""
        return self.run / "classroom"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def heartbeat(self, name: str) -> Path:
        return self.run / f"{name}.heartbeat"

    @property
    def targets(self) -> Path:
        """Where each process says at which address its /metrics is: the folder of Prometheus' file_sd."""
        return self.run / "targets"

    def target(self, name: str) -> Path:
        return self.targets / f"{name}.json"

    def child_metrics(self, name: str) -> Path:
        return self.run / f"{name}.metrics"

    def make(self) -> None:
        """Creates the folders. Removes all permissions of the machine's other users from them and from the entries of
        the state folder: earlier versions left some. Deeper files are protected by these folders. Raises
        PermissionError."""
        for folder in (self.state_dir, self.logs, self.run, self.targets):
            folder.mkdir(parents=True, exist_ok=True)
        if stat.S_IMODE(self.state_dir.stat().st_mode) != PASS_THROUGH:
            self.state_dir.chmod(0o700)
        for path in self._own_entries():
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~UMASK)

    def _own_entries(self) -> Iterator[Path]:
        """The entries whose mode we may change: root all of them, other users their own. Links are excluded, because
        they lead out of the folder."""
        for path in self.state_dir.iterdir():
            if not path.is_symlink() and os.geteuid() in (0, path.stat().st_uid):
                yield path
