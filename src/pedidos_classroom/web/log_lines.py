"""Finds the log lines about an order in the files of the local platform."""

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from pedidos.processes.web.operator.order_map.log_lines import Line
from pedidos_local.layout import Layout
from pedidos_local.order_log import lines_about

MOST = 60
"""Lines of one kind of program that are shown: the newest."""


def reader(state_dir: Path) -> Callable[[UUID, str], Sequence[Line]]:
    """For the platform in this state folder."""
    logs = Layout(state_dir.expanduser().resolve(), 0).logs

    def read(order_id: UUID, kind: str) -> Sequence[Line]:
        paths = [path for path in logs.glob("*.log") if path.stem.partition("-")[0] == kind]
        return [Line(*line) for line in lines_about(order_id, paths)[-MOST:]]

    return read
