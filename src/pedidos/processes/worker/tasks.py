"""The Celery tasks: one for each step, and retention, which the scheduler starts.

A message is a hint: it may arrive late, twice or never. The task processes the orders that it names.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from celery import Celery
from sqlalchemy import Engine

from pedidos.domain.steps import Step
from pedidos.processes.celery_app import RETENTION, task_name
from pedidos.processes.worker.report import NotedRequest
from pedidos.processes.worker.step_runner import StepRunner

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tools:
    """The connections of a worker's child process. Created after the fork, because connections are not shared.
    finish: sends its last spans."""

    engine: Engine
    runner: StepRunner
    sweep: Callable[[], dict[str, int]]
    finish: Callable[[], None]


def register(app: Celery, tools: Callable[[], Tools]) -> None:
    """Adds all tasks to the application. tools: returns those of the process that runs the task."""
    for step in Step:
        _register_step(app, tools, step)

    @app.task(name=RETENTION, Request=NotedRequest)  # type: ignore[untyped-decorator]
    def retention_task() -> None:
        logger.info("swept", **tools().sweep())


def _register_step(app: Celery, tools: Callable[[], Tools], step: Step) -> None:
    @app.task(name=task_name(step), Request=NotedRequest)  # type: ignore[untyped-decorator]
    def step_task(order_ids: list[str]) -> None:
        tools().runner.run(step, _ids(step, order_ids))


def _ids(step: Step, order_ids: Sequence[object]) -> list[UUID]:
    """The valid ids. Other values name no order, and do not stop the rest."""
    found = []
    for order_id in order_ids:
        try:
            found.append(UUID(order_id))  # type: ignore[arg-type]  # anything may be in a message
        except (ValueError, AttributeError, TypeError):
            logger.warning("no order's id", step=step, said=repr(order_id)[:80])
    return found
