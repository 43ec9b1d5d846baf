"""Runs a step for the orders of a hint, and the steps that follow.

A step that cannot reach PostgreSQL is tried a few more times with growing pauses; after that the watchdog finds its
orders. An order for which a step fails is reported and does not delay the others.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

import structlog
from sqlalchemy import Engine

from pedidos.crash_points import begun, committed, reach
from pedidos.domain.order import accepted_at
from pedidos.domain.retry import RetryPolicy
from pedidos.domain.steps import NEXT, Step
from pedidos.errors import DatabaseUnavailable, Held, TaskBrokerUnavailable, first_line
from pedidos.logs.orders import some
from pedidos.steps.execution.avoiding import leave
from pedidos.steps.execution.isolate import isolated
from pedidos.steps.execution.moved import Moved, RunStep
from pedidos.storage.orders.scheduled import released
from pedidos.storage.orders.stalled import note_error
from pedidos.telemetry import attributes, traces
from pedidos.telemetry.catalogue import steps as metrics
from pedidos.telemetry.catalogue.orders import ORDERS_CONFIRM_SECONDS

TRY_AGAIN = RetryPolicy(base_seconds=0.5, cap_seconds=4.0, max_attempts=6)

LONG_SECONDS = 60.0
"""An order that is confirmed so long after it was accepted may have been for later."""

logger = structlog.get_logger()


class StepRunner:
    """The steps of one worker process.

    hint: sends a step's orders to a free worker; raises TaskBrokerUnavailable.
    """

    def __init__(
        self, steps: Mapping[Step, RunStep], engine: Engine, hint: Callable[[Step, Sequence[UUID]], None]
    ) -> None:
        self._steps = steps
        self._engine = engine
        self._hint = hint
        self._seconds = 0.0  # of all steps so far; what it grows by during a step belongs to those inside it

    def run(self, step: Step, order_ids: Sequence[UUID], run_step: RunStep | None = None) -> None:
        """Runs the step for those of the orders that wait for it, then starts the next step for those that moved.

        run_step: does the step with what the commit before has taken for these orders.
        """
        reach(begun(step))
        began = time.perf_counter()
        others = self._seconds
        running = metrics.STEP_RUNNING[step]
        running.inc()
        about = {attributes.DESTINATION: step.value}
        try:
            with traces.batch(step.value, traces.chosen(order_ids), len(order_ids), about):
                self._run(step, order_ids, run_step or self._steps[step])
        finally:
            running.dec()
            passed = time.perf_counter() - began
            metrics.STEP_BATCH_SECONDS[step].observe(passed - (self._seconds - others))
            metrics.STEP_BATCH_ORDERS[step].observe(len(order_ids))
            self._seconds = others + passed

    def _run(self, step: Step, order_ids: Sequence[UUID], run_step: RunStep) -> None:
        failures = 0
        while True:
            try:
                self._try(step, order_ids, run_step)
            except DatabaseUnavailable as error:
                failures += 1
                delay = TRY_AGAIN.delay(failures, random.random())  # noqa: S311  # jitter, not a secret
                if delay is None:
                    metrics.STEP_LEFT[step].inc(len(order_ids))
                    _warn("left to the watchdog", step, order_ids, error)
                    return
                metrics.STEP_RETRIES[step].inc()
                _warn("tried again", step, order_ids, error)
                # Here rather than with a delayed message: each broker handles those differently, and without
                # PostgreSQL this process has nothing else to do.
                time.sleep(delay)
            else:
                return

    def _try(self, step: Step, order_ids: Sequence[UUID], run_step: RunStep) -> None:
        for moved in isolated(run_step, order_ids, lambda bad, error: self._report(step, bad, error)):
            for done in moved.steps:
                reach(committed(done))
                metrics.STEP_MOVED[done].inc(len(moved.order_ids))
            traces.current().end(moved.order_ids, _noted(moved))
            logger.debug("moved", step=step, order_ids=moved.order_ids)
            if Step.CONFIRM in moved.steps:
                self._measure_confirmed(moved.order_ids)
            if moved.order_ids:
                self._go_on(moved)

    def _go_on(self, moved: Moved) -> None:
        following = NEXT.get(moved.steps[-1])
        if following is None:
            return
        if following.at_once or moved.go_on is not None:
            self.run(following.step, moved.order_ids, moved.go_on)
            return
        try:
            self._hint(following.step, moved.order_ids)
        except TaskBrokerUnavailable as error:
            metrics.STEP_LEFT[following.step].inc(len(moved.order_ids))
            _warn("left to the watchdog", following.step, moved.order_ids, error)

    def _measure_confirmed(self, order_ids: Sequence[UUID]) -> None:
        now = time.time()
        began = {order_id: accepted_at(order_id) for order_id in order_ids}
        if old := [order_id for order_id, at in began.items() if now - at > LONG_SECONDS]:
            began |= {order_id: at.timestamp() for order_id, at in released(self._engine, old).items()}
        for at in began.values():
            ORDERS_CONFIRM_SECONDS.observe(now - at)

    def _report(self, step: Step, order_id: UUID, error: Exception) -> None:
        if isinstance(error, Held):
            metrics.STEP_LEFT[step].inc()
            logger.warning("held", step=step, order_id=order_id, reason=first_line(error))
            leave(self._engine, [order_id])
            return
        try:
            with suppress(Held):
                note_error(self._engine, order_id, f"{step}: {type(error).__name__}: {first_line(error)}")
        finally:
            metrics.STEP_FAILED[step].inc()
            logger.error("step failed", step=step, order_id=order_id, exc_info=error)


def _warn(what: str, step: Step, order_ids: Sequence[UUID], error: Exception) -> None:
    logger.warning(what, step=step, orders=len(order_ids), order_ids=some(order_ids), reason=first_line(error))


def _noted(moved: Moved) -> traces.Attributes:
    """What the span of a step says about the orders that it has moved."""
    if len(moved.steps) == 1:
        return {attributes.MOVED: True}
    return {attributes.MOVED: True, attributes.STEPS: " ".join(moved.steps)}
