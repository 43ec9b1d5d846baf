"""A command for each process of the platform (api, live, web, …): it runs in the foreground until SIGTERM."""

import os
import sys
from collections.abc import Callable

import typer

from pedidos.messaging.groups import GROUPS

PROCESSES = {
    "api": "Serve the REST API.",
    "live": "Serve the live event streams.",
    "web": "Serve the pages.",
    "relay": "Publish the event log to Kafka.",
    **{group.name: group.does for group in GROUPS.values()},
    "worker": "Run the steps of the pipeline.",
    "scheduler": "Run the watchdog and the periodic tasks.",
}
"""What each process does. The name is also that of the module in pedidos.processes."""


def register(app: typer.Typer) -> None:
    """Adds a command for each process."""
    for name, does in PROCESSES.items():
        app.command(name=name, help=f"{does} Runs in the foreground until SIGTERM.")(_command(name))


def _command(name: str) -> Callable[[], None]:
    def serve() -> None:
        # It replaces this program, so that the process is the same, however it is started.
        os.execv(sys.executable, [sys.executable, "-m", f"pedidos.processes.{name}"])  # noqa: S606

    return serve
