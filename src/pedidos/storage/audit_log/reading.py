"""Reads the audit log: the newest entries that match, or all after a number."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement
from pedidos.storage.sql import Sql

AT_ONCE = 1000
"""Entries that an export reads in one statement."""


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry as it is stored. number: counts 1, 2, 3 … without gaps, in the order of the commits."""

    number: int
    at: datetime
    action: str
    subject: str | None
    outcome: str
    account_id: UUID | None
    role: str | None
    session_id: UUID | None
    client: str | None
    local_user: str | None
    request_id: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """None: any. action: a whole one, or the word before its dot. subject: exactly. about: entries that this account
    made, or that are about it."""

    action: str | None = None
    account_id: UUID | None = None
    subject: str | None = None
    outcome: str | None = None
    about: UUID | None = None
    since: datetime | None = None


COLUMNS = Sql(
    "number, at, action, subject, outcome, account_id, role, session_id, client, local_user, request_id, detail"
)

_NEWEST = Sql(
    """
select {columns} from audit_log
where (%(before)s::bigint is null or number < %(before)s)
  and (%(action)s::text is null or action = %(action)s or split_part(action, '.', 1) = %(action)s)
  and (%(account_id)s::uuid is null or account_id = %(account_id)s)
  and (%(subject)s::text is null or subject = %(subject)s)
  and (%(outcome)s::text is null or outcome = %(outcome)s)
  and (%(about)s::uuid is null or account_id = %(about)s or subject = %(about)s::uuid::text)
  and (%(since)s::timestamptz is null or at >= %(since)s)
order by number desc
limit %(limit)s
""",
    columns=COLUMNS,
)

_AFTER = Sql(
    """
select {columns} from audit_log
where number > %(after)s and (%(since)s::timestamptz is null or at >= %(since)s)
order by number
limit %(limit)s
""",
    columns=COLUMNS,
)


def newest(engine: Engine, wanted: Filter, before: int | None, limit: int) -> list[Logged]:
    """The newest entries that match, at most limit. before: the number of the last one of the page before."""
    values = asdict(wanted) | {"before": before, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_NEWEST.text, values).all())
    return [Logged(*row) for row in rows]


def after(engine: Engine, number: int, since: datetime | None) -> Iterator[Logged]:
    """All entries with a greater number, oldest first. An entry that is committed later has a greater number, so an
    export that goes on after the last number misses none."""
    while True:
        page = _page_after(engine, number, since)
        yield from page
        if len(page) < AT_ONCE:
            return
        number = page[-1].number


def _page_after(engine: Engine, number: int, since: datetime | None) -> list[Logged]:
    values = {"after": number, "since": since, "limit": AT_ONCE}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_AFTER.text, values).all())
    return [Logged(*row) for row in rows]
