"""kombu's Redis transport, except that a queue entry that is not a message does not end the worker.

Everyone who can reach the broker can write anything into a queue. kombu removes the entry from the queue, then raises
the error of its parsing, which ends Celery's worker. Here the entry is logged and dropped: a message is only a hint,
and if the entry was meant to be one, the watchdog finds its orders.
"""

from typing import Any

import structlog
from kombu.transport import redis

logger = structlog.get_logger()

NOT_UNDERSTOOD = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""The errors of parsing an entry that is not JSON, or not a message of kombu's."""


class Channel(redis.Channel):
    """The channel, where kombu reads the result of its blocking read of the queues."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call]
        except NOT_UNDERSTOOD as error:
            logger.warning("dropped what is no message", reason=f"{type(error).__name__}: {error}")
            return True


class Transport(redis.Transport):
    """The transport, as Celery's setting broker_transport names it."""

    Channel = Channel
