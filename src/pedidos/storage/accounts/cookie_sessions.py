"""Sessions of browsers: a cookie holds a random value, and the session's row the hash of it.

Unlike an access token, the cookie says nothing itself: each use reads the session and its account as they are now. A
session that was ended, or whose account was disabled, is found no more.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.client import Client
from pedidos.storage.accounts import sessions
from pedidos.storage.accounts.accounts import Account
from pedidos.storage.accounts.sessions import Lives, Session
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement, in_transaction

USE_SECONDS = 60
"""A use is noted when the last one is longer ago than this: not every page has to write."""

# Repeated if the answer to the commit was lost; then the session has its cookie already.
_KEEP = "update sessions set cookie_hash = %(hash)s where id = %(id)s and cookie_hash is null"

_FIND = """
select s.id, least(s.expires_at, s.tokens_until) as expires_at,
    s.last_used_at < now() - make_interval(secs => %(use)s) as stale,
    a.id as account_id, a.role, a.merchant_id, a.version, a.verified_at is not null as verified,
    exists (select from second_factors f where f.account_id = a.id and f.confirmed_at is not null) as second_factor,
    a.staff
from sessions s join accounts a on a.id = s.account_id
where s.cookie_hash = %(hash)s and s.expires_at > now() and a.active
"""

# The end of the session waits for it, or precedes it.
_LOCK = "select from sessions where id = %(id)s and expires_at > now() for no key update"

_END = "delete from sessions where cookie_hash = %(hash)s returning id, account_id"


@dataclass(frozen=True, slots=True)
class CookieSession:
    """A session and its account, as they are now. expires_at: how long it can be relied on without another look, which
    is as long as an access token lives. stale: its use was not noted lately. verified: whether the e-mail address is
    known to be its owner's. second_factor: whether the account has one. staff: of its merchant."""

    id: UUID
    expires_at: datetime
    stale: bool
    account_id: UUID
    role: str
    merchant_id: UUID | None
    account_version: int
    verified: bool
    second_factor: bool
    staff: bool


def begin(
    engine: Engine, cookie_hash: bytes, account: Account, client: Client, lives: Lives, who: Who
) -> Session | None:
    """A new session whose cookie has this SHA-256. None if the account has changed since it was read.

    who: for the audit log.
    """
    session_id = uuid.uuid4()
    user = replace(who, account_id=account.id, role=account.role, session_id=session_id)

    def work(connection: Connection) -> Session | None:
        session = sessions.open_session(connection, session_id, account.id, account.version, client, lives)
        if session is not None and connection.exec_driver_sql(_KEEP, {"id": session_id, "hash": cookie_hash}).rowcount:
            write(connection, Entry(Action.SESSION_BEGAN, user, str(session_id)))
        return session

    return in_transaction(engine, work)


def find(engine: Engine, cookie_hash: bytes) -> CookieSession | None:
    """The session of a cookie; None if there is none, or if its account is disabled."""
    values = {"hash": cookie_hash, "use": USE_SECONDS}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_FIND, values).one_or_none())
    return CookieSession(*row) if row else None


def use(engine: Engine, session_id: UUID, client: Client, lives: Lives) -> None:
    """Notes a use of the session, which keeps it from expiring."""

    def work(connection: Connection) -> None:
        if connection.exec_driver_sql(_LOCK, {"id": session_id}).rowcount:
            sessions.use(connection, session_id, client, lives)

    in_transaction(engine, work)


def end(engine: Engine, cookie_hash: bytes, who: Who) -> None:
    """Ends the session of a cookie, if there is one. who: for the audit log."""

    def work(connection: Connection) -> None:
        ended = connection.exec_driver_sql(_END, {"hash": cookie_hash}).one_or_none()
        if ended is not None:
            user = replace(who, account_id=ended.account_id, session_id=ended.id)
            write(connection, Entry(Action.SESSION_ENDED, user, str(ended.id)))

    in_transaction(engine, work)
