"""What a worker answers when it is asked through the broker: its queues, its children, and what they do.

It costs nothing until somebody asks: heartbeats, gossip and events stay off (decision 37).
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from celery.worker import state as worker_state
from celery.worker.control import inspect_command
from celery.worker.request import Request

from pedidos.processes.celery_app import REPORT
from pedidos.telemetry.by_step import by_step

MOST_SHOWN_IDS = 5
LATELY = 20

Figures = dict[str, dict[str, float]]


class NotedRequest(Request):  # type: ignore[misc]  # Celery ships no types
    """A request that notes when it was finished. Its message is acknowledged then (task_acks_late)."""

    def acknowledge(self) -> None:
        if not self.acknowledged:
            finished.append(_doing(self.info()) | {"finished": time.time()})
        super().acknowledge()


finished: deque[dict[str, Any]] = deque(maxlen=LATELY)
"""The tasks of this worker that were finished last."""


def answer_reports(metrics_text: Callable[[], str] | None) -> None:
    """Makes the worker answer. metrics_text: its /metrics; None if it does not measure."""

    @inspect_command(name=REPORT)  # type: ignore[untyped-decorator]
    def report(state: Any) -> dict[str, Any]:
        return _report(state.consumer, metrics_text)


def _report(consumer: Any, metrics_text: Callable[[], str] | None) -> dict[str, Any]:
    steps: Figures = {} if metrics_text is None else by_step(metrics_text())
    return {
        "queues": [queue.name for queue in consumer.task_consumer.queues],
        "children": consumer.pool.info["processes"],
        "running": [_doing(request.info()) for request in worker_state.active_requests],
        "finished": list(finished),
        "steps": steps,
    }


def _doing(info: dict[str, Any]) -> dict[str, Any]:
    """A task: its name, its child, its first orders, their number, and since when it runs (seconds since the epoch)."""
    args = info["args"]
    orders = args[0] if args and isinstance(args[0], list) else []
    return {
        "task": info["name"],
        "child": info["worker_pid"],
        "orders": [str(each)[:36] for each in orders[:MOST_SHOWN_IDS]],
        "count": len(orders),
        "since": info["time_start"],
    }
