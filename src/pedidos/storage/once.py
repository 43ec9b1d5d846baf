"""Runs work that must not be done twice: if the answer to its commit is lost, it asks PostgreSQL for the outcome."""

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
"""How long a commit may still run in the server after its connection is lost, before its outcome is unknown."""

LOOK_SECONDS = 0.05

# Null if the work has written nothing. Then it does not matter whether it is committed.
_OWN_ID = "select pg_current_xact_id_if_assigned()"
_FATE = "select pg_xact_status(%(id)s::xid8)"


class OutcomeUnknown(PedidosError):
    """The connection was lost at the commit, and the outcome could not be determined: the work may or may not have been
    done."""


def once(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Runs work as one transaction that is committed at most once, and returns its result.

    Work runs again only if nothing of it was committed. Raises OutcomeUnknown, or Transient: then nothing was done.
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
    """Whether the transaction was committed. Raises OutcomeUnknown."""
    if isinstance(lost.__cause__, NoAnswer):  # a silent server does not answer on another connection either
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
    """The status of the transaction, as PostgreSQL calls it. None if the transaction is too old."""
    fate: str | None = in_statement(
        engine, lambda connection: connection.exec_driver_sql(_FATE, {"id": xid8(transaction_id)}).scalar_one()
    )
    return fate
