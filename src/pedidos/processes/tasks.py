"""The Celery tasks: a step each, and the one that the clock starts.

A message is a hint. A task that cannot reach PostgreSQL tries again a few times with growing pauses; after that the
watchdog finds its orders.
"""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from celery import Celery

from pedidos.crash_points import reach
from pedidos.domain.retry import RetryPolicy
from pedidos.domain.steps import AT_ONCE, NEXT, Step
from pedidos.processes import celery_app
from pedidos.processes.running import first_line
from pedidos.settings import Settings
from pedidos.steps.avoiding import leave
from pedidos.steps.isolate import isolated
from pedidos.storage import retention
from pedidos.storage.engine import NO_ORDERS_FAULT, Held
from pedidos.storage.watchdog import note_error
from pedidos.wiring import RunStep

TRY_AGAIN = RetryPolicy(base_seconds=0.5, cap_seconds=4.0, max_attempts=6)
SWEEP_AT_ONCE = 500
"""Keys, tokens or orders that one transaction takes."""
SWEEP_SECONDS = 45.0
"""What is not done by then is left to the next time; less than task_soft_time_limit."""

logger = structlog.get_logger()


class Tools:
    """What a child process of the worker works with, made after the fork: connections are not shared."""

    def __init__(self, settings: Settings, engine: Any, steps: dict[Step, RunStep]) -> None:
        self.settings = settings
        self.engine = engine
        self.steps = steps


def register(app: Celery, tools: Callable[[], Tools]) -> None:
    """Adds all tasks to the application; tools gives those of the process that runs the task."""
    for step in Step:
        _register_step(app, tools, step)

    @app.task(name="pedidos.retention")  # type: ignore[untyped-decorator]
    def retention_task() -> None:
        logger.info("swept", **_sweep(tools()))


def _sweep(own: Tools) -> dict[str, int]:
    """Batch after batch, until nothing is due or the time is up; how many keys, tokens and orders with their events."""
    engine, settings = own.engine, own.settings
    batches: dict[str, Callable[[], int]] = {
        "keys": lambda: retention.expired_keys(engine, settings.idempotency_hours, SWEEP_AT_ONCE),
        "tokens": lambda: retention.expired_tokens(engine, SWEEP_AT_ONCE),
    }
    if settings.events_days:
        batches["orders"] = lambda: retention.old_events(engine, settings.events_days, SWEEP_AT_ONCE).orders
    gone = dict.fromkeys(batches, 0)
    deadline = time.monotonic() + SWEEP_SECONDS
    while batches and time.monotonic() < deadline:
        for name, batch in list(batches.items()):
            count = batch()
            gone[name] += count
            if count < SWEEP_AT_ONCE:
                del batches[name]
    return gone


def _register_step(app: Celery, tools: Callable[[], Tools], step: Step) -> None:
    @app.task(name=f"pedidos.{step}")  # type: ignore[untyped-decorator]
    def step_task(order_ids: list[str]) -> None:
        own = tools()
        reach(f"{step}.begun")
        wanted = _ids(step, order_ids)
        failures = 0
        while True:
            try:
                for moved in isolated(own.steps[step], wanted, lambda bad, error: _report(own, step, bad, error)):
                    reach(f"{step}.committed")
                    _go_on(app, step, moved)
            except NO_ORDERS_FAULT as error:
                failures += 1
                delay = TRY_AGAIN.delay(failures, random.random())  # noqa: S311  # jitter, not a secret
                if delay is None:
                    logger.warning("left to the watchdog", step=step, orders=len(wanted), reason=first_line(error))
                    return
                logger.warning("tried again", step=step, orders=len(wanted), reason=first_line(error))
                # Here rather than by a message for later: brokers keep those each in their own way, and without
                # PostgreSQL this process has nothing else to do.
                time.sleep(delay)
            else:
                return


def _ids(step: Step, order_ids: Sequence[object]) -> list[UUID]:
    """Those that are ids. The others name no order, and keep none from being looked at."""
    found = []
    for order_id in order_ids:
        try:
            found.append(UUID(order_id))  # type: ignore[arg-type]  # anything may be in a message
        except (ValueError, AttributeError, TypeError):
            logger.warning("no order's id", step=step, said=repr(order_id)[:80])
    return found


def _report(own: Tools, step: Step, order_id: UUID, error: Exception) -> None:
    if isinstance(error, Held):
        logger.warning("held", step=step, order_id=str(order_id), reason=first_line(error))
        leave(own.engine, [order_id])
        return
    try:
        with suppress(Held):
            note_error(own.engine, order_id, f"{step}: {type(error).__name__}: {first_line(error)}")
    finally:
        logger.error("step failed", step=step, order_id=str(order_id), exc_info=error)


def _go_on(app: Celery, step: Step, order_ids: Sequence[UUID]) -> None:
    """Starts the next step for orders that moved on: here and now, or by a message to a free worker."""
    if not order_ids or step not in NEXT:
        return
    following = NEXT[step]
    if step in AT_ONCE:
        app.tasks[f"pedidos.{following}"]([str(order_id) for order_id in order_ids])
        return
    try:
        celery_app.hint(app, following, order_ids)
    except celery_app.UNAVAILABLE as error:
        logger.warning("left to the watchdog", step=following, orders=len(order_ids), reason=first_line(error))
