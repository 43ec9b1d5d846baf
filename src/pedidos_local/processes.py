"""Our own processes as programs: how to start each, and how to see that it works."""

import http.client
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pedidos.settings.base import variable
from pedidos_local.environment import python_environment
from pedidos_local.layout import Layout
from pedidos_local.liveness import Beats
from pedidos_local.program import Program
from pedidos_local.settings import PlatformSettings

HEARTBEAT_SECONDS = 30.0
"""A process that has not touched its file for this long is not ready."""

SETUP_PATIENCE_SECONDS = 45.0
"""How long setup waits for a server that is starting."""

BESIDE = {"gateway": "pedidos_gateway", "postbox": "pedidos_local.postbox"}
"""Processes that are no part of the product, and their modules."""

READY_SECONDS = 0.9
"""Maximum wait for the answer of /readyz."""


def serving(
    kind: str,
    name: str,
    port: int,
    settings: PlatformSettings,
    stop_seconds: float = 10.0,
    module: str | None = None,
) -> Program:
    """A process that serves HTTP: api, live, web, gateway. It is ready when /readyz says so. module: the one to run,
    if it is not the kind's."""
    own = {variable("host"): "127.0.0.1", variable("port"): str(port)}
    if kind == "web":
        own[variable("figures_file")] = str(Layout.of(settings).figures_file)
    return _python(kind, name, settings, own, lambda: answers(port), stop_seconds, module)


def gateway(port: int, settings: PlatformSettings) -> Program:
    """The payment simulator that has the interface of the settings."""
    module = "pedidos_gateway.intents" if settings.payment_provider == "intents" else None
    return serving("gateway", "gateway", port, settings, module=module)


def working(kind: str, name: str, settings: PlatformSettings, stop_seconds: float = 15.0) -> Program:
    """A process without HTTP: relay, bridge, worker, scheduler. It is ready when its heartbeat is recent."""
    heartbeat = Layout.of(settings).heartbeat(name)
    return _python(kind, name, settings, {}, lambda: beats(heartbeat), stop_seconds)


def postbox(settings: PlatformSettings) -> Program:
    """The mail server of a local demo. It is ready when its heartbeat is recent, which begins once it listens."""
    heartbeat = Layout.of(settings).heartbeat("postbox")
    listen = {variable("host"): "127.0.0.1", variable("port"): str(settings.smtp_port)}
    return _python("postbox", "postbox", settings, listen, lambda: beats(heartbeat), 10.0)


def setup(part: str, settings: PlatformSettings) -> Program:
    """A setup task that must finish before our processes start: part is "data" or "topics"."""
    command = [sys.executable, "-m", "pedidos", "setup", part, "--wait", f"{SETUP_PATIENCE_SECONDS:.0f}"]
    return Program(part, part, command, ready=lambda: True, env=python_environment(settings))


def answers(port: int) -> bool:
    """Whether GET /readyz on loopback answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def beats(heartbeat: Path) -> bool:
    """Whether the file was touched recently. The supervisor removes it before it starts the process."""
    try:
        return time.time() - heartbeat.stat().st_mtime < HEARTBEAT_SECONDS
    except FileNotFoundError:
        return False


def module_of(kind: str) -> str:
    """The module that `python -m` runs for a kind of process."""
    return BESIDE.get(kind, f"pedidos.processes.{kind}")


def _python(
    kind: str,
    name: str,
    settings: PlatformSettings,
    own: dict[str, str],
    ready: Callable[[], bool],
    stop_seconds: float,
    module: str | None = None,
) -> Program:
    layout = Layout.of(settings)
    heartbeat = layout.heartbeat(name)
    identity = {variable("instance"): name, variable("heartbeat_file"): str(heartbeat)}
    measured = {
        variable("metrics_port"): "0",  # any free one: 7 kinds with 20 instances each have no ports of their own
        variable("metrics_target"): str(layout.target(name)),
        variable("metrics_folder"): str(layout.child_metrics(name)),
    }
    return Program(
        name=name,
        kind=kind,
        command=[sys.executable, "-m", module or module_of(kind)],
        ready=ready,
        env={**python_environment(settings), **identity, **measured, **own},
        stop_seconds=stop_seconds,
        alive=Beats(heartbeat),
        patience_seconds=settings.hung_seconds,
    )
