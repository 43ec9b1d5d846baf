"""A psycopg connection whose waits are bounded: libpq has no limit on the wait for an answer.

A server that is stopped, or behind a partition that swallows packets, still holds the TCP connection open.
"""

import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from psycopg import generators
from psycopg.pq.abc import PGcancelConn, PGconn
from psycopg.waiting import wait_conn

from pedidos.storage.xid8 import load_as_int

T = TypeVar("T")

CANCEL_SECONDS = 2.0
"""Limit of the request to cancel a statement that was given up. Later, the server notices itself that we are gone."""

LOOK_SECONDS = 0.1
"""How often a wait checks the time and handles signals."""


class NoAnswer(psycopg.OperationalError):
    """The server did not answer in time. Whether it carried out the statement is unknown."""


class Ended(psycopg.OperationalError):
    """The server has ended the connection, because its transaction was idle or ran for too long. Nothing was
    committed.

    This happens to a process that was suspended during a transaction. psycopg classifies it as an InternalError.
    """


def _give_up(connection: PGconn) -> None:
    """Closes the connection and asks the server to cancel the statement, since it only checks from time to time whether
    the client is there. The caller does not wait for that: a silent server does not accept the request either."""
    cancel = connection.cancel_conn() if psycopg.capabilities.has_cancel_safe() else None
    connection.finish()
    if cancel is not None:
        threading.Thread(target=_cancel, args=(cancel,), name="cancel", daemon=True).start()


def _cancel(request: PGcancelConn) -> None:
    # Not request.blocking(): it holds the GIL, and all threads would wait for a silent server.
    with suppress(psycopg.Error, psycopg.errors._WaitTimeout):
        request.start()
        wait_conn(generators.cancel(request), interval=0.1, timeout=CANCEL_SECONDS)


class BoundedConnection(psycopg.Connection[Any]):
    """Closes itself and raises NoAnswer if an answer takes longer than answer_seconds. Also raises Ended.

    A call with its own timeout, as for notifications, does not wait for an answer: it closes nothing.
    """

    answer_seconds = 12.0
    on_silence: Callable[[], None] | None = None

    def wait(self, gen: Generator[Any, Any, T], interval: float = LOOK_SECONDS, timeout: float | None = None) -> T:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.answer_seconds)
        except psycopg.errors._WaitTimeout as late:  # psycopg has no public name for it
            _give_up(self.pgconn)
            if self.on_silence is not None:
                self.on_silence()
            raise NoAnswer(f"no answer within {self.answer_seconds:g} s") from late
        except (psycopg.errors.IdleInTransactionSessionTimeout, psycopg.errors.TransactionTimeout) as ended:
            self.pgconn.finish()
            raise Ended(str(ended)) from ended


class ConnectionFactory:
    """Makes the connections of one engine.

    While the server is silent, one thread at a time tries to connect, and the others fail at once. Otherwise all
    threads would wait, again and again, for as long as the server is silent.
    """

    def __init__(self, answer_seconds: float) -> None:
        """answer_seconds: the longest wait for an answer on the connections made here."""
        self._answer_seconds = answer_seconds
        self._silent = False
        self._trying = threading.Lock()

    def connect(self, **named: Any) -> BoundedConnection:
        """Raises psycopg.OperationalError; NoAnswer if another thread is already trying."""
        if not self._silent:
            return self._connect(named)
        if not self._trying.acquire(blocking=False):
            raise NoAnswer("the server is silent; another thread checks whether it answers again")
        try:
            return self._connect(named)
        finally:
            self._trying.release()

    def _connect(self, named: dict[str, Any]) -> BoundedConnection:
        try:
            connection = BoundedConnection.connect(**named)
        except psycopg.errors.ConnectionTimeout:
            self._silence()
            raise
        self._silent = False
        load_as_int(connection)
        connection.answer_seconds = self._answer_seconds
        connection.on_silence = self._silence
        return connection

    def _silence(self) -> None:
        self._silent = True
