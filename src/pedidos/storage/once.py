"""Work that must not be done twice: where the answer to its commit is lost, PostgreSQL is asked what became of it."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from pedidos.errors import DatabaseUnavailable, PedidosError, Transient
from pedidos.storage.bounded import NoAnswer
from pedidos.storage.engine import in_statement
from pedidos.storage.xid8 import xid8

T = TypeVar("T")

FATE_SECONDS = 1.0
"""How long a commit whose connection is gone may still be under way in the server, before its outcome is unknown."""

LOOK_SECONDS = 0.05

# Null, where the work has written nothing: then it makes no difference whether it is committed.
_OWN_ID = "select pg_current_xact_id_if_assigned()"
_FATE = "select pg_xact_status(%(id)s::xid8)"


class OutcomeUnknown(PedidosError):
    """The connection was lost at the commit, and what became of the transaction could not be learned: what was asked
    for may or may not have been done."""


def once(engine: Engine, work: Callable[[Connection], T]) -> T:
    """What work returns, its statements committed as one transaction, and not a second time.

    Work is done again only if nothing of it was committed. Raises OutcomeUnknown, or Transient: then nothing was done.
    """
    try:
        return _attempt(engine, work)
    except DatabaseUnavailable as error:
        if not error.repeat_at_once:
            raise
    return _attempt(engine, work)


def _attempt(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Raises DatabaseUnavailable only if nothing was committed."""
    with engine.connect() as connection:
        result = work(connection)
        own_id: int | None = connection.exec_driver_sql(_OWN_ID).scalar_one()
        try:
            connection.commit()
        except DatabaseUnavailable as error:
            if own_id is None or not error.connection_lost:
                raise
            if not _committed(engine, own_id, error):
                raise
        return result


def _committed(engine: Engine, transaction_id: int, lost: DatabaseUnavailable) -> bool:
    """Raises OutcomeUnknown."""
    if isinstance(lost.__cause__, NoAnswer):  # a silent server says no more to another connection
        raise OutcomeUnknown from lost
    deadline = time.monotonic() + FATE_SECONDS
    try:
        while (fate := _fate(engine, transaction_id)) == "in progress" and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
    except (Transient, DBAPIError) as error:
        raise OutcomeUnknown from error
    if fate not in ("committed", "aborted"):
        raise OutcomeUnknown from lost
    return fate == "committed"


def _fate(engine: Engine, transaction_id: int) -> str | None:
    """As PostgreSQL calls it; None for a transaction of long ago."""
    fate: str | None = in_statement(
        engine, lambda connection: connection.exec_driver_sql(_FATE, {"id": xid8(transaction_id)}).scalar_one()
    )
    return fate
