"""Hands orders over to the workers. One poll of new orders becomes one message with many order ids.

Offsets are committed only after the task broker has taken the message, so a crash in between hints the same orders
twice, which changes nothing. While the broker is unavailable, or the workers have enough to do, the bridge pauses:
Kafka keeps the backlog.
"""

from collections.abc import Sequence
from uuid import UUID

import structlog
from celery import Celery

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.steps import FIRST
from pedidos.errors import TaskBrokerUnavailable, first_line
from pedidos.messaging.consumer import TryAgain
from pedidos.processes import celery_app

FULL_SECONDS = 0.02
"""Pause before the next check of full queues."""

logger = structlog.get_logger()


class Bridge:
    """Hands orders over to the workers' queue."""

    def __init__(self, app: Celery, queue_limit: int) -> None:
        self._app = app
        self._queue_limit = queue_limit
        self._room = 0

    def warm_up(self) -> None:
        """Connects to the task broker, so that the first order does not wait for that."""
        try:
            celery_app.queue_lengths(self._app)
        except TaskBrokerUnavailable as error:
            logger.warning("no task broker yet", reason=first_line(error))

    def hand_over(self, order_ids: Sequence[UUID]) -> None:
        """Returns once the queue has the orders. Raises TryAgain while the queues are full, TaskBrokerUnavailable."""
        self._take_room()
        celery_app.hint(self._app, FIRST, order_ids)
        reach(CrashPoint.BRIDGE_ENQUEUED)

    def _take_room(self) -> None:
        """Checks the queues once for all messages that they have room for: a check costs more than a message."""
        if self._room <= 0:
            self._room = self._queue_limit - sum(celery_app.queue_lengths(self._app).values())
            if self._room <= 0:
                raise TryAgain(FULL_SECONDS)
        self._room -= 1
