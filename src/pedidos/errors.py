"""The errors that callers tell apart, under one root.

The boundary to each server raises them, with the driver's own error as the cause: `storage.engine` for PostgreSQL,
`messaging.boundary` for Kafka, `processes.celery_app` for the task broker. No other module names a driver's errors.
"""

import errno
import socket
import ssl

from pedidos.sentence import Sentence


class PedidosError(Exception):
    """Root of the errors that this package raises on purpose."""


class Explained(PedidosError):
    """The person at the other end may see the reason: it says what happened, and what to do."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


class Misconfigured(PedidosError):
    """A setting or a file of the user's is missing or wrong. The message says what to do about it."""


class ConstraintViolated(PedidosError):
    """A constraint of the schema refuses a change; nothing was done. constraint: its name, if PostgreSQL names one.

    The message holds no values of the row: there may be a payment token among them.
    """

    def __init__(self, message: str, constraint: str | None = None) -> None:
        super().__init__(message)
        self.constraint = constraint


class Transient(PedidosError):
    """The work was not done. The same work can succeed later."""


class Held(Transient):
    """Another transaction holds a row that a statement needs, or the statement took too long. PostgreSQL answers, and
    has rolled the transaction back."""


class ServerUnavailable(Transient):
    """A server cannot be reached, does not answer in time, or cannot do its own work."""


class DatabaseUnavailable(ServerUnavailable):
    """PostgreSQL. It fails for every order alike.

    connection_lost: the connection is gone. If it was lost at a commit, the transaction may be committed.
    repeat_at_once: nothing was committed unless at a lost commit, and a new transaction may succeed at once.
    """

    def __init__(self, message: str = "", *, connection_lost: bool = False, repeat_at_once: bool = False) -> None:
        super().__init__(message)
        self.connection_lost = connection_lost
        self.repeat_at_once = repeat_at_once


class ConnectionsExhausted(DatabaseUnavailable):
    """All connections of an engine are in use, and none became free in time. PostgreSQL itself may be fine."""


class KafkaUnavailable(ServerUnavailable):
    """Kafka: no broker answers in time, or the brokers or their configuration are at fault."""


class RecordRefused(Transient):
    """Kafka refuses a record because of its content. It may accept another record; it accepts this one only after the
    limits of the topic have changed."""


class RecordTooLarge(RecordRefused):
    """The record is larger than the client or the topic allows."""


class TaskBrokerUnavailable(ServerUnavailable):
    """The broker of the Celery tasks."""


_NETWORK_ERRNOS = frozenset(
    {errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.ENOTCONN}
)


def is_network_error(error: OSError) -> bool:
    """Whether the error is about a connection, and not about a file, a full disk or a missing permission."""
    if isinstance(error, ConnectionError | TimeoutError | socket.gaierror | socket.herror | ssl.SSLError):
        return True
    return error.errno in _NETWORK_ERRNOS


def first_line(error: BaseException) -> str:
    """The first line of the error, for a log."""
    return (str(error).splitlines() or [type(error).__name__])[0]
