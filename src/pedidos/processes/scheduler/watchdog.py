"""The watchdog: finds forgotten work in PostgreSQL and sends hints to the workers.

The scheduler runs it, not a worker, because all children of a worker may be waiting for something.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from uuid import UUID

import structlog

from pedidos.domain.steps import Step
from pedidos.errors import Transient, first_line
from pedidos.logs.orders import some
from pedidos.telemetry.catalogue import unfinished as metrics

ANSWER_SECONDS = 4.0
"""Maximum wait for each answer of PostgreSQL: a run that takes longer than a heartbeat may take looks like a hang."""

logger = structlog.get_logger()


class Watchdog:
    """Runs on request and never raises, because it runs again later."""

    def __init__(
        self,
        queue_lengths: Callable[[], Mapping[str, int]],
        search: Callable[[Set[Step]], Iterable[tuple[Step, Sequence[UUID]]]],
        hint: Callable[[Step, Sequence[UUID]], None],
    ) -> None:
        """queue_lengths: the number of waiting hints per step. search: `forgotten_work`, of the steps that
        are not busy."""
        self._queue_lengths = queue_lengths
        self._search = search
        self._hint = hint

    def look(self) -> None:
        try:
            self._look()
        except Transient as error:
            logger.warning("not looked", reason=first_line(error))
        except Exception:
            logger.exception("look failed")

    def _look(self) -> None:
        lengths = self._queue_lengths()
        busy = {step for step in Step if lengths.get(step)}
        for step, order_ids in self._search(busy):
            self._hint(step, order_ids)
            metrics.HINTED_AGAIN[step].inc(len(order_ids))
            logger.info("found again", step=step, orders=len(order_ids), order_ids=some(order_ids))
