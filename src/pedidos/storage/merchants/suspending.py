"""Suspending a merchant: it takes no new orders, and finishes those that it has.

Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once

_SUSPEND = """
update merchants set active = false, suspended_at = now(), suspended_reason = %(reason)s
where id = %(id)s and suspended_at is null
"""

_RESUME = """
update merchants set active = true, suspended_at = null, suspended_reason = null
where id = %(id)s and suspended_at is not null
"""

_EXISTS = "select from merchants where id = %(id)s"

_ALL = """
select id, name, active, suspended_at, suspended_reason, created_at
from merchants
where %(after)s::uuid is null or id > %(after)s
order by id limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A merchant as an operator sees it. active: whether it takes orders. suspended_reason: None unless suspended."""

    id: UUID
    name: str
    active: bool
    suspended_at: datetime | None
    suspended_reason: str | None
    created_at: datetime


def suspend(engine: Engine, merchant_id: UUID, reason: str, who: Who) -> None:
    """Suspends the merchant. One that is suspended keeps its reason. Raises LookupError: no such merchant."""
    _change(engine, merchant_id, _SUSPEND, {"reason": reason}, Entry(Action.MERCHANT_SUSPENDED, who, str(merchant_id)))


def resume(engine: Engine, merchant_id: UUID, who: Who) -> None:
    """Ends the suspension, if there is one. Raises LookupError: no such merchant."""
    _change(engine, merchant_id, _RESUME, {}, Entry(Action.MERCHANT_RESUMED, who, str(merchant_id)))


def standings(engine: Engine, after: UUID | None, limit: int) -> list[Standing]:
    """All merchants by id, at most limit; after is the id of the last one of the page before."""
    values = {"after": after, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_ALL, values).all())
    return [Standing(*row) for row in rows]


def _change(engine: Engine, merchant_id: UUID, statement: str, values: dict[str, str], entry: Entry) -> None:
    about = {"id": merchant_id, **values}

    def work(connection: Connection) -> None:
        if connection.exec_driver_sql(statement, about).rowcount:
            write(connection, entry)
        elif connection.exec_driver_sql(_EXISTS, about).one_or_none() is None:
            raise LookupError(merchant_id)

    once(engine, work)
