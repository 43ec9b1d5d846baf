"""Sessions of accounts: opened at sign-in, used until they expire or reach their end, and ended.

A trigger revokes the access tokens of a session that is deleted, whatever deletes it (0016_sessions.up.sql). Work that
uses a session locks its row first: either it precedes the end of the session, or it finds no session.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.client import Client
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once

MAX_ADDRESS = 100
MAX_USER_AGENT = 200
"""Characters of the client's address and of its User-Agent that are stored."""

TOKEN_MARGIN_SECONDS = 60
"""An access token is signed a little after its session was locked, by a clock that may differ from PostgreSQL's."""

# The lock on the account waits for a change of its password, its role or its state, and the condition then sees it: no
# sign-in survives a change that it did not know. Repeated if the answer was lost; then the row is there already.
_OPEN = """
with account as (
    select id from accounts where id = %(account)s and version = %(version)s and active for share
)
insert into sessions (id, account_id, expires_at, ends_at, tokens_until, address, user_agent)
select %(id)s, id, least(now() + make_interval(secs => %(idle)s), now() + make_interval(secs => %(most)s)),
       now() + make_interval(secs => %(most)s), now() + make_interval(secs => %(tokens)s), %(address)s, %(user_agent)s
from account
on conflict (id) do update set last_used_at = excluded.last_used_at
returning id, account_id, expires_at, ends_at
"""

_USE = """
update sessions
set last_used_at = now(), expires_at = least(now() + make_interval(secs => %(idle)s), ends_at),
    tokens_until = greatest(tokens_until, now() + make_interval(secs => %(tokens)s)),
    address = %(address)s, user_agent = %(user_agent)s
where id = %(id)s
returning id, account_id, expires_at, ends_at
"""

_END = "delete from sessions where id = %(id)s"

_END_ALL = """
with ended as (
    delete from sessions where account_id = %(account)s and id is distinct from %(kept)s::uuid returning expires_at
)
select count(*) filter (where expires_at > now()) from ended
"""

_ADDRESSES = """
select distinct address from sessions
where account_id = %(account)s and expires_at > now() and address is not null
limit %(limit)s
"""

_OF_ACCOUNT = """
select id, created_at, last_used_at, expires_at, ends_at, address, user_agent
from sessions where account_id = %(account)s and expires_at > now()
order by last_used_at desc
limit %(limit)s
"""

_END_OWN = "delete from sessions where id = %(id)s and account_id = %(account)s and expires_at > now()"

# now() is stable, so PostgreSQL can use the index. Rows that other sessions hold are left for the next run.
_DELETE_EXPIRED = """
delete from sessions where ctid = any(array(
    select ctid from sessions where expires_at < now() order by expires_at limit %(limit)s for update skip locked
))
"""


@dataclass(frozen=True, slots=True)
class Lives:
    """All in seconds. idle: until a session that is not used expires. most: from its beginning to its end. token: of an
    access token."""

    idle: int
    most: int
    token: int


@dataclass(frozen=True, slots=True)
class Session:
    """expires_at: unless it is used before. ends_at: however much it is used."""

    id: UUID
    account_id: UUID
    expires_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SessionOfOwner:
    """What an account's owner sees of a session. address and user_agent: of the client that used it last; None if an
    earlier version opened it."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    ends_at: datetime
    address: str | None
    user_agent: str | None


def open_session(
    connection: Connection, session_id: UUID, account_id: UUID, account_version: int, client: Client, lives: Lives
) -> Session | None:
    """A new session. None if the account has changed since it was read with this version, or is not active."""
    values = {"account": account_id, "version": account_version, "most": lives.most}
    row = connection.exec_driver_sql(_OPEN, values | _used(session_id, client, lives)).one_or_none()
    return Session(*row) if row else None


def use(connection: Connection, session_id: UUID, client: Client, lives: Lives) -> Session:
    """Notes a use of the session, whose row this transaction has locked."""
    return Session(*connection.exec_driver_sql(_USE, _used(session_id, client, lives)).one())


def of_account(engine: Engine, account_id: UUID, limit: int) -> list[SessionOfOwner]:
    """The account's sessions that have not ended, the one that was used last first, at most limit."""
    values = {"account": account_id, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_OF_ACCOUNT, values).all())
    return [SessionOfOwner(*row) for row in rows]


def end_own(engine: Engine, account_id: UUID, session_id: UUID, who: Who) -> bool:
    """Ends a session of the account. Returns whether there was one with this id. who: for the audit log. Raises
    once.OutcomeUnknown."""
    values = {"id": session_id, "account": account_id}

    def work(connection: Connection) -> bool:
        ended = connection.exec_driver_sql(_END_OWN, values).rowcount > 0
        if ended:
            write(connection, Entry(Action.SESSION_ENDED, who, str(session_id)))
        return ended

    return once(engine, work)


def end_others(engine: Engine, account_id: UUID, who: Who) -> None:
    """Ends the sessions of the account, except that of who. Raises once.OutcomeUnknown."""

    def work(connection: Connection) -> None:
        ended = end_all(connection, account_id, but=who.session_id)
        if ended:
            write(connection, Entry(Action.ACCOUNT_SESSIONS_ENDED, who, str(account_id), detail={"sessions": ended}))

    once(engine, work)


def end(connection: Connection, session_id: UUID) -> None:
    """Ends the session, if it is there."""
    connection.exec_driver_sql(_END, {"id": session_id})


def end_all(connection: Connection, account_id: UUID, *, but: UUID | None = None) -> int:
    """Ends the account's sessions, except one. Returns how many had not expired."""
    ended: int = connection.exec_driver_sql(_END_ALL, {"account": account_id, "kept": but}).scalar_one()
    return ended


def addresses(engine: Engine, account_id: UUID, limit: int) -> list[str]:
    """The addresses from which the account's sessions were last used, at most limit."""
    values = {"account": account_id, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_ADDRESSES, values).all())
    return [row.address for row in rows]


def delete_expired(engine: Engine, limit: int) -> int:
    """Deletes sessions that have expired, with their refresh tokens, at most limit. Returns their number."""
    return in_statement(
        engine, lambda connection: connection.exec_driver_sql(_DELETE_EXPIRED, {"limit": limit}).rowcount
    )


def _used(session_id: UUID, client: Client, lives: Lives) -> dict[str, object]:
    return {
        "id": session_id,
        "idle": lives.idle,
        "tokens": lives.token + TOKEN_MARGIN_SECONDS,
        "address": client.address[:MAX_ADDRESS],
        "user_agent": client.user_agent[:MAX_USER_AGENT],
    }
