"""A psycopg connection that does not wait for ever: libpq has no bound on the wait for an answer.

A server that is stopped, or behind a partition that swallows packets, still holds the TCP connection open.
"""

from collections.abc import Generator
from typing import Any, TypeVar

import psycopg

T = TypeVar("T")

LOOK_SECONDS = 0.1
"""How often a wait looks at the clock and for signals."""


class NoAnswer(psycopg.OperationalError):
    """The server did not answer in time. Whether it did what it was asked is not known."""


class Ended(psycopg.OperationalError):
    """The server has ended the connection, because its transaction stood still for too long. Nothing was committed.

    It happens to a process that was stopped in the middle. psycopg calls it an InternalError, as if it were a mistake.
    """


class BoundedConnection(psycopg.Connection[Any]):
    """Closes itself and raises NoAnswer when an answer takes longer than answer_seconds; raises Ended."""

    answer_seconds = 12.0

    def wait(self, gen: Generator[Any, Any, T], interval: float = LOOK_SECONDS, timeout: float | None = None) -> T:
        try:
            return super().wait(gen, interval, self.answer_seconds if timeout is None else timeout)
        except psycopg.errors._WaitTimeout as late:  # psycopg has no public name for it
            self.pgconn.finish()
            raise NoAnswer(f"no answer within {self.answer_seconds:g} s") from late
        except psycopg.errors.IdleInTransactionSessionTimeout as ended:
            self.pgconn.finish()
            raise Ended(str(ended)) from ended
