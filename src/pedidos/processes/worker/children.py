"""The start of a worker's child process: its heartbeat, then its tools."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from celery import signals

from pedidos.errors import Transient, first_line
from pedidos.processes.running import freeze_gc
from pedidos.processes.worker.heartbeats import Children
from pedidos.processes.worker.tasks import Tools
from pedidos.telemetry import begin as telemetry

if TYPE_CHECKING:
    from pedidos.telemetry.metrics_server import MetricsServer

logger = structlog.get_logger()


class Toolbox:
    """The tools of the calling child process."""

    def __init__(self, make: Callable[[], Tools]) -> None:
        self._make = make
        self._tools: Tools | None = None

    def fill(self) -> Tools:
        """Creates the tools, and connects to PostgreSQL, so that the first order does not wait for that."""
        tools = self._make()
        try:
            tools.engine.connect().close()
        except Transient as error:
            logger.warning("no database yet", reason=first_line(error))
        freeze_gc()
        self._tools = tools
        return tools

    def finish(self) -> None:
        """To be called at the end of the process."""
        if self._tools is not None:
            self._tools.finish()

    def tools(self) -> Tools:
        """If they could not be created when the process started, this tries again, and raises why it fails."""
        return self._tools or self.fill()


def attach(toolbox: Toolbox, children: Children | None, metrics: "MetricsServer | None" = None) -> None:
    """Makes Celery call what a child process does at its start. children: with their heartbeats, if they have any.
    metrics: serves what they count."""

    def begin(**_: object) -> None:
        if children is not None:
            children.heart().begin()
        telemetry.begin_child(metrics)
        toolbox.fill()

    # weak=False: the handlers live as long as the process, not as long as this function.
    signals.worker_process_init.connect(begin, weak=False)
    signals.worker_process_shutdown.connect(lambda **_: toolbox.finish(), weak=False)
    signals.worker_ready.connect(lambda **_: freeze_gc(), weak=False)
