"""Runs a step for the orders of a hint, and the steps that follow.

A step that cannot reach PostgreSQL is tried a few more times with growing pauses; after that the watchdog finds its
orders. An order for which a step fails is reported and does not delay the others.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

import structlog
from sqlalchemy import Engine

from pedidos.crash_points import begun, committed, reach
from pedidos.domain.retry import RetryPolicy
from pedidos.domain.steps import NEXT, Step
from pedidos.errors import DatabaseUnavailable, Held, TaskBrokerUnavailable, first_line
from pedidos.steps.execution.avoiding import leave
from pedidos.steps.execution.isolate import isolated
from pedidos.storage.orders.stalled import note_error

RunStep = Callable[[Sequence[UUID]], Iterator[list[UUID]]]
"""Runs a step for these orders. Yields the orders that it moves, in groups, as soon as each group is committed."""

TRY_AGAIN = RetryPolicy(base_seconds=0.5, cap_seconds=4.0, max_attempts=6)

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

    def run(self, step: Step, order_ids: Sequence[UUID]) -> None:
        """Runs the step for those of the orders that wait for it, then starts the next step for those that moved."""
        reach(begun(step))
        failures = 0
        while True:
            try:
                self._try(step, order_ids)
            except DatabaseUnavailable as error:
                failures += 1
                delay = TRY_AGAIN.delay(failures, random.random())  # noqa: S311  # jitter, not a secret
                if delay is None:
                    logger.warning("left to the watchdog", step=step, orders=len(order_ids), reason=first_line(error))
                    return
                logger.warning("tried again", step=step, orders=len(order_ids), reason=first_line(error))
                # Here rather than with a delayed message: each broker handles those differently, and without
                # PostgreSQL this process has nothing else to do.
                time.sleep(delay)
            else:
                return

    def _try(self, step: Step, order_ids: Sequence[UUID]) -> None:
        for moved in isolated(self._steps[step], order_ids, lambda bad, error: self._report(step, bad, error)):
            reach(committed(step))
            if moved and step in NEXT:
                self._go_on(step, moved)

    def _go_on(self, step: Step, order_ids: Sequence[UUID]) -> None:
        following = NEXT[step]
        if following.at_once:
            self.run(following.step, order_ids)
            return
        try:
            self._hint(following.step, order_ids)
        except TaskBrokerUnavailable as error:
            logger.warning("left to the watchdog", step=following.step, orders=len(order_ids), reason=first_line(error))

    def _report(self, step: Step, order_id: UUID, error: Exception) -> None:
        if isinstance(error, Held):
            logger.warning("held", step=step, order_id=order_id, reason=first_line(error))
            leave(self._engine, [order_id])
            return
        try:
            with suppress(Held):
                note_error(self._engine, order_id, f"{step}: {type(error).__name__}: {first_line(error)}")
        finally:
            logger.error("step failed", step=step, order_id=order_id, exc_info=error)
