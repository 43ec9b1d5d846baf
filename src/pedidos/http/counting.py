"""Where limits count: in the broker for all api processes together, or in the memory of one."""

import threading
from typing import Any

from limits.storage import MemoryStorage
from redis.backoff import NoBackoff
from redis.retry import Retry

BROKER_TIMEOUT_SECONDS = 0.25


class OwnCounts(MemoryStorage):
    """Counts in the memory of this process, for many threads.

    The class of the library can start one timer twice when two threads count at the same moment, which raises
    RuntimeError (limits, issue 26; still so in 5.8.0).
    """

    STORAGE_SCHEME = ["own-counts"]  # noqa: RUF012  # as the library declares it

    def __init__(self, uri: str | None = None, **options: Any) -> None:
        self._one_at_a_time = threading.Lock()
        super().__init__(uri, **options)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Returns the new count. expiry: in seconds."""
        with self._one_at_a_time:
            return super().incr(key, expiry, amount)


def shared_broker(url: str | None) -> str | None:
    """The address of the broker, if limits can count in it."""
    return url if url is not None and url.startswith(("redis://", "rediss://")) else None


def broker_options() -> dict[str, Any]:
    """For a client of the broker: a request must not wait long for its count."""
    return {
        "socket_timeout": BROKER_TIMEOUT_SECONDS,
        "socket_connect_timeout": BROKER_TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 0),  # the default of redis-py takes seconds, and the sign-in would wait
    }
