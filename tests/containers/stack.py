"""The compose stack as users run it, but with its own names and port, built from this checkout."""

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.checkout import ROOT
from tests.support.ports import free_port

COMMAND_SECONDS = 600

MEASURED = ("api", "live", "web", "relay", "bridge", "notifier", "worker", "scheduler")
"""Those that serve /metrics."""
OURS = (*MEASURED, "gateway")
SERVING = (*OURS, "edge", "postgres", "kafka", "valkey")
RABBITMQ = {"PEDIDOS_BROKER": "rabbitmq", "COMPOSE_PROFILES": "rabbitmq"}


class CommandFailed(Exception):
    """A command ended with a status other than 0; the message is its output."""


def missing() -> str | None:
    """What these tests need and this machine lacks, in one sentence."""
    if shutil.which("docker") is None:
        return "Docker is not installed: there is no command docker."
    for command, lacking in (
        (["docker", "compose", "version"], "Docker Compose 2 is not installed"),
        (["docker", "info"], "The Docker engine does not answer"),
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            return f"{lacking}: {done.stderr.strip()}"
    return None


def run(*command: str, variables: Mapping[str, str] | None = None) -> str:
    """The command's standard output, in the checkout and with none of the caller's settings. Raises CommandFailed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PEDIDOS_", "COMPOSE_"))}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=clean | dict(variables or {}),
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise CommandFailed(f"{' '.join(command)}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


class Stack:
    """One compose project. The code that makes it also removes it."""

    def __init__(self, folder: Path) -> None:
        self.secrets = folder / "secrets"
        self.ca_file = folder / "ca.pem"
        self.port = free_port()
        self._variables = {
            "COMPOSE_PROJECT_NAME": f"pedidos-tests-{os.getpid()}",
            "PEDIDOS_IMAGE": "pedidos:tests",
            "PEDIDOS_EDGE_IMAGE": "pedidos-edge:tests",
            "PEDIDOS_GATEWAY_IMAGE": "pedidos-gateway:tests",
            "PEDIDOS_LISTEN": f"127.0.0.1:{self.port}",
            "PEDIDOS_SECRETS": str(self.secrets),
        }
        run(str(ROOT / "deploy" / "compose" / "make-secrets"), str(self.secrets))

    def compose(self, *arguments: str, **variables: str) -> str:
        # Without the .env file that the checkout's owner may have.
        return run("docker", "compose", "--env-file", os.devnull, *arguments, variables=self._variables | variables)

    def up(self, *options: str, **variables: str) -> None:
        """Everything started and healthy, or CommandFailed."""
        self.compose("up", "--detach", "--wait", "--remove-orphans", *options, **variables)
        self.ca_file.write_text(
            self.compose("exec", "-T", "edge", "cat", "/data/caddy/pki/authorities/local/root.crt", **variables)
        )

    def down(self) -> None:
        """The containers removed; the volumes stay."""
        self.compose("--profile", "*", "down", "--remove-orphans")

    def remove(self) -> None:
        self.compose("--profile", "*", "down", "--remove-orphans", "--volumes")

    def inspect(self, *services: str) -> list[dict[str, Any]]:
        """Docker's data about the containers of these services, or of all."""
        ids = self.compose("ps", "--all", "--quiet", *services).split()
        found: list[dict[str, Any]] = json.loads(run("docker", "inspect", *ids))
        return found

    def container(self, service: str) -> dict[str, Any]:
        (only,) = self.inspect(service)
        return only

    def execute(self, service: str, *command: str) -> str:
        """Runs it in the service's first container, as the user that the service runs as."""
        return self.compose("exec", "-T", service, *command)

    def runs(self, **more: int) -> bool:
        """Whether there is one healthy container of each kind, or as many as named, and no other."""
        found = [json.loads(line) for line in self.compose("ps", "--format", "json").splitlines()]
        wanted = dict.fromkeys(SERVING, 1) | more
        return Counter((each["Service"], each["Health"]) for each in found) == Counter(
            {(service, "healthy"): count for service, count in wanted.items()}
        )

    def healthy(self, service: str) -> bool:
        return all(each["State"].get("Health", {}).get("Status") == "healthy" for each in self.inspect(service))


def service_of(container: dict[str, Any]) -> str:
    name: str = container["Config"]["Labels"]["com.docker.compose.service"]
    return name
