"""Where everything of one local platform is: its folder, its files, its ports."""

from dataclasses import dataclass
from pathlib import Path

from pedidos.settings import ENV_FILE, Settings
from pedidos_local import ports


@dataclass(frozen=True, slots=True)
class Layout:
    """state_dir is absolute. Two platforms differ in state_dir and in port_base, and share nothing."""

    state_dir: Path
    port_base: int

    @classmethod
    def of(cls, settings: Settings) -> "Layout":
        return cls(settings.state_dir.expanduser().resolve(), settings.port_base)

    @property
    def logs(self) -> Path:
        return self.state_dir / "logs"

    @property
    def run(self) -> Path:
        """Records of what runs, and heartbeats: nothing in it outlives the platform's processes."""
        return self.state_dir / "run"

    @property
    def env_file(self) -> Path:
        return self.state_dir / ENV_FILE

    @property
    def secrets_file(self) -> Path:
        return self.state_dir / "secrets.json"

    @property
    def lock_file(self) -> Path:
        """Locked by the supervisor as long as it lives."""
        return self.run / "supervisor.lock"

    @property
    def supervisor_file(self) -> Path:
        """Who the supervisor is, for the case that it does not answer."""
        return self.run / "supervisor"

    @property
    def control_port(self) -> int:
        return self.port_base + ports.CONTROL

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def heartbeat(self, name: str) -> Path:
        return self.run / f"{name}.heartbeat"

    def make(self) -> None:
        """Create the folders. Others on the machine may pass through (PostgreSQL may run as another user), not look."""
        for folder in (self.state_dir, self.logs, self.run):
            folder.mkdir(parents=True, exist_ok=True)
        self.run.chmod(0o700)
        self.logs.chmod(0o700)
