"""Refresh tokens: stored as hashes and replaced at every use. Using a replaced token again ends its session.

The rule is that of OAuth 2.0 Security Best Current Practice (RFC 9700, 4.14.2), with a grace period: for a short time,
the client that replaced a token may send it again, and gets the token that is live now. So a lost response, or two
requests that cross, do no harm. A session has one live token at any time: a thief who got it in the same way is
discovered at its next use.
"""

import secrets
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Outcome, Who
from pedidos.domain.client import Client
from pedidos.storage.accounts import sessions
from pedidos.storage.accounts.accounts import BY_ID, Account
from pedidos.storage.accounts.sessions import Lives, Session
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement, in_transaction

# Repeated if the answer to the commit was lost; then the row is there already.
_ADD = """
insert into refresh_tokens (token_hash, family_id, account_id, expires_at)
values (%(hash)s, %(session)s, %(account)s, %(expires_at)s)
on conflict (token_hash) do nothing
"""

# The lock makes parallel uses of a token follow one another. The end of the session waits for it, or precedes it.
_LOCK_SESSION = """
select id, account_id from sessions
where id = (select family_id from refresh_tokens where token_hash = %(hash)s) and expires_at > now()
for no key update
"""

_REPLACE = """
update refresh_tokens set replaced_at = now(), successor_salt = %(salt)s, replaced_for = %(mark)s
where token_hash = %(hash)s and replaced_at is null and expires_at > now()
"""

# A time further ahead than the grace period counts as past: the clock was set back.
_FIND = """
select successor_salt, replaced_for, replaced_at is not null as replaced,
    replaced_at between now() - make_interval(secs => %(grace)s) and now() + make_interval(secs => %(grace)s)
        as just_now
from refresh_tokens
where token_hash = %(hash)s and (replaced_at is not null or expires_at > now())
"""

_END = """
delete from sessions where id = (select family_id from refresh_tokens where token_hash = %(hash)s)
returning id, account_id
"""

# now() is stable, so PostgreSQL can use the index. With clock_timestamp(), which is volatile, it would read the whole
# table. Rows that other sessions hold are left for the next run.
_DELETE_EXPIRED = """
delete from refresh_tokens where ctid = any(array(
    select ctid from refresh_tokens where expires_at < now() order by expires_at limit %(limit)s for update skip locked
))
"""

SALT_BYTES = 32


class Chain(Protocol):
    """How tokens follow one another, for the client of this request (security/refreshing.py)."""

    def kept(self, token: str) -> bytes:
        """The SHA-256 under which a token is stored."""

    def after(self, token: str, salt: bytes) -> str:
        """The token that replaces this one."""

    def mark(self, token: str, salt: bytes) -> bytes:
        """32 bytes, the same for the same client."""


class Refused(Enum):
    """Why a refresh token is refused. REUSED: it was replaced before, and its session has ended now."""

    INVALID = "invalid"
    REUSED = "reused"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the tokens of a session are issued for. refresh_token: the live one."""

    account: Account
    session: Session
    refresh_token: str


def begin(
    engine: Engine, token: str, token_hash: bytes, account: Account, client: Client, lives: Lives, who: Who
) -> SignedIn | None:
    """A new session with its first token. None if the account has changed since it was read. who: for the audit log."""
    session_id = uuid.uuid4()
    user = replace(who, account_id=account.id, role=account.role, session_id=session_id)

    def work(connection: Connection) -> SignedIn | None:
        session = sessions.open_session(connection, session_id, account.id, account.version, client, lives)
        if session is None:
            return None
        if _add(connection, token_hash, session):
            write(connection, Entry(Action.SESSION_BEGAN, user, str(session_id)))
        return SignedIn(account, session, token)

    return in_transaction(engine, work)


def rotate(
    engine: Engine, token: str, chain: Chain, client: Client, lives: Lives, grace_seconds: int, who: Who
) -> SignedIn | Refused:
    """Replaces the token by its successor, or says why it is refused.

    Repeatable: within the grace period, the same client gets the same successor. who: for the audit log.
    """

    def work(connection: Connection) -> SignedIn | Refused:
        locked = connection.exec_driver_sql(_LOCK_SESSION, {"hash": chain.kept(token)}).one_or_none()
        if locked is None:
            return Refused.INVALID
        successor = _replace(connection, token, chain)
        live = successor or _follow(connection, token, chain, grace_seconds)
        if live is Refused.REUSED:
            sessions.end(connection, locked.id)
            user = replace(who, account_id=locked.account_id, session_id=locked.id)
            write(connection, Entry(Action.SESSION_REUSED, user, str(locked.id), Outcome.REFUSED))
        if isinstance(live, Refused):
            return live
        session = sessions.use(connection, locked.id, client, lives)
        account = Account(*connection.exec_driver_sql(BY_ID.text, {"id": session.account_id}).one())
        if not account.active:
            sessions.end(connection, session.id)
            return Refused.INVALID
        if successor is not None:
            _add(connection, chain.kept(successor), session)
        return SignedIn(account, session, live)

    return in_transaction(engine, work)


def _replace(connection: Connection, token: str, chain: Chain) -> str | None:
    """Marks the token as replaced and returns its successor; None if the token is not live."""
    salt = secrets.token_bytes(SALT_BYTES)
    values = {"hash": chain.kept(token), "salt": salt, "mark": chain.mark(token, salt)}
    replaced = connection.exec_driver_sql(_REPLACE, values).rowcount
    return chain.after(token, salt) if replaced else None


def _follow(connection: Connection, token: str, chain: Chain, grace_seconds: int) -> str | Refused:
    """Follows the successors to the live token, if this client replaced all of them within the grace period."""
    while True:
        row = connection.exec_driver_sql(_FIND, {"hash": chain.kept(token), "grace": grace_seconds}).one_or_none()
        if row is None:
            return Refused.INVALID
        if not row.replaced:
            return token
        salt = row.successor_salt  # None: replaced by an older version, without a grace period
        if not row.just_now or salt is None or chain.mark(token, salt) != row.replaced_for:
            return Refused.REUSED
        token = chain.after(token, salt)


def _add(connection: Connection, token_hash: bytes, session: Session) -> bool:
    """Whether the token was not there yet."""
    values: dict[str, bytes | UUID | datetime] = {
        "hash": token_hash,
        "session": session.id,
        "account": session.account_id,
        "expires_at": session.expires_at,
    }
    return connection.exec_driver_sql(_ADD, values).rowcount > 0


def end_session(engine: Engine, token_hash: bytes, who: Who) -> None:
    """Ends the session that this token belongs to, if there is one. who: for the audit log."""

    def work(connection: Connection) -> None:
        ended = connection.exec_driver_sql(_END, {"hash": token_hash}).one_or_none()
        if ended is not None:
            user = replace(who, account_id=ended.account_id, session_id=ended.id)
            write(connection, Entry(Action.SESSION_ENDED, user, str(ended.id)))

    in_transaction(engine, work)


def delete_expired(engine: Engine, limit: int) -> int:
    """Deletes refresh tokens that have expired, at most limit. Returns their number."""
    return in_statement(
        engine, lambda connection: connection.exec_driver_sql(_DELETE_EXPIRED, {"limit": limit}).rowcount
    )
