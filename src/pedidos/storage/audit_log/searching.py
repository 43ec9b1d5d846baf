"""Searches the audit log for a page, so that a filter that hardly anything matches does not read all of a long log.

Numbers grow with time, so a time is a number: it is found by halving. A search reads at most LOOKED_AT entries, unless
it is about a subject, which has an index; it says where to go on.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Engine

from pedidos.storage.audit_log.reading import COLUMNS, Logged
from pedidos.storage.engine import in_statement
from pedidos.storage.sql import Sql

LOOKED_AT = 50_000
"""Entries that one statement reads at most."""


@dataclass(frozen=True, slots=True)
class Search:
    """None: any. action: a whole one, or the word before its dot. account_id: of who acted, or whom it is about.
    local_user: of the operating system. subject: exactly. since, until: between these times."""

    action: str | None = None
    account_id: UUID | None = None
    local_user: str | None = None
    subject: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Found(NamedTuple):
    """entries: the newest first. go_on: the number before which to search for more; None if that is all."""

    entries: list[Logged]
    go_on: int | None


class _Range(NamedTuple):
    """Numbers from first to before the one behind the last."""

    first: int
    behind: int


_MATCHES = Sql("""
number >= %(first)s and number < %(behind)s
  and (%(action)s::text is null or action = %(action)s or split_part(action, '.', 1) = %(action)s)
  and (%(account_id)s::uuid is null or account_id = %(account_id)s or subject = %(account_id)s::uuid::text)
  and (%(local_user)s::text is null or local_user = %(local_user)s)
  and (%(outcome)s::text is null or outcome = %(outcome)s)
""")

_ABOUT = Sql(
    "select {columns} from audit_log where subject = %(subject)s and {matches} order by number desc limit %(limit)s",
    columns=COLUMNS,
    matches=_MATCHES,
)

_NEWEST = Sql(
    "select {columns} from audit_log where {matches} order by number desc limit %(limit)s",
    columns=COLUMNS,
    matches=_MATCHES,
)

_OLDEST = Sql(
    """
select {columns} from audit_log where {matches} and (%(subject)s::text is null or subject = %(subject)s)
order by number limit %(limit)s
""",
    columns=COLUMNS,
    matches=_MATCHES,
)

_ENDS = "select min(number), max(number) from audit_log"

_AT = "select at from audit_log where number >= %(number)s order by number limit 1"


def search(engine: Engine, wanted: Search, before: int | None, limit: int) -> Found:
    """The newest entries that match, at most limit, with numbers below before."""
    whole = _range(engine, wanted)
    behind = min(whole.behind, before or whole.behind)
    first = whole.first if wanted.subject is not None else max(whole.first, behind - LOOKED_AT)
    statement = _NEWEST if wanted.subject is None else _ABOUT
    entries = _rows(engine, statement, wanted, _Range(first, behind), limit)
    if len(entries) == limit:
        return Found(entries, entries[-1].number)
    return Found(entries, first if first > whole.first else None)


def oldest_first(engine: Engine, wanted: Search, most: int) -> Iterator[Logged]:
    """The oldest entries that match, at most `most`, read part by part."""
    whole = _range(engine, wanted)
    first, left = whole.first, most
    while first < whole.behind and left > 0:
        behind = min(whole.behind, first + LOOKED_AT)
        limit = min(left, 1000)
        entries = _rows(engine, _OLDEST, wanted, _Range(first, behind), limit)
        yield from entries
        left -= len(entries)
        first = entries[-1].number + 1 if len(entries) == limit else behind


def _rows(engine: Engine, statement: Sql, wanted: Search, within: _Range, limit: int) -> list[Logged]:
    values = asdict(wanted) | within._asdict() | {"limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(statement.text, values).all())
    return [Logged(*row) for row in rows]


def _range(engine: Engine, wanted: Search) -> _Range:
    """The numbers of the entries between the two times."""
    first, last = in_statement(engine, lambda connection: connection.exec_driver_sql(_ENDS).one())
    if first is None:
        return _Range(1, 1)
    whole = _Range(first, last + 1)
    begin = whole.first if wanted.since is None else _number_at(engine, wanted.since, whole)
    end = whole.behind if wanted.until is None else _number_at(engine, wanted.until, whole)
    return _Range(begin, max(begin, end))


def _number_at(engine: Engine, moment: datetime, within: _Range) -> int:
    """The number of the first entry since then; the one behind the last if there is none."""
    low, high = within
    while low < high:
        middle = (low + high) // 2
        if _written_at(engine, middle) < moment:
            low = middle + 1
        else:
            high = middle
    return low


def _written_at(engine: Engine, number: int) -> datetime:
    values = {"number": number}
    at: datetime = in_statement(engine, lambda connection: connection.exec_driver_sql(_AT, values).scalar_one())
    return at
