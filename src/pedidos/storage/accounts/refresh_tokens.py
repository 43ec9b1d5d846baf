"""Refresh tokens: stored as hashes and replaced at every use. Using a replaced token again revokes its family.

The rule is that of OAuth 2.0 Security Best Current Practice (RFC 9700, 4.14.2), with a grace period: for a short time,
the client that replaced a token may send it again, and gets the token that is live now. So a lost response, or two
requests that cross, do no harm. A family has one live token at any time: a thief who got it in the same way is
discovered at its next use.
"""

import secrets
import uuid
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Outcome, Who
from pedidos.storage.accounts.accounts import BY_ID, Account
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement, in_transaction

# Repeated if the answer to the commit was lost; then the row is there already.
_BEGIN = """
insert into refresh_tokens (token_hash, family_id, account_id, expires_at)
values (%(hash)s, %(family)s, %(account)s, now() + make_interval(secs => %(lifetime)s))
on conflict (token_hash) do nothing
"""

# The row lock lets one of two parallel uses through; the other then sees that the token was replaced.
_REPLACE = """
update refresh_tokens set replaced_at = now(), successor_salt = %(salt)s, replaced_for = %(mark)s
where token_hash = %(hash)s and replaced_at is null and revoked_at is null and expires_at > now()
returning family_id, account_id
"""

# A time further ahead than the grace period counts as past: the clock was set back.
_FIND = """
select family_id, account_id, successor_salt, replaced_for, replaced_at is not null as replaced,
    replaced_at between now() - make_interval(secs => %(grace)s) and now() + make_interval(secs => %(grace)s)
        as just_now
from refresh_tokens
where token_hash = %(hash)s and revoked_at is null and (replaced_at is not null or expires_at > now())
"""

_FAMILY = "select family_id, account_id from refresh_tokens where token_hash = %(hash)s"

_REVOKE = "update refresh_tokens set revoked_at = now() where family_id = %(family)s and revoked_at is null"

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
    """Why a refresh token is refused. REUSED: it was replaced before, and its family is now revoked."""

    INVALID = "invalid"
    REUSED = "reused"


@dataclass(frozen=True, slots=True)
class Times:
    """Both in seconds. life: of a token. grace: how long its client may repeat the request that replaced it."""

    life: int
    grace: int


@dataclass(frozen=True, slots=True)
class _Live:
    """The live token of a family."""

    token: str
    family: UUID
    account: UUID


def begin(engine: Engine, token_hash: bytes, lifetime_seconds: int, who: Who) -> None:
    """A new family, at sign-in, of the account in who. token_hash is the token's SHA-256."""
    family = uuid.uuid4()
    values = {"hash": token_hash, "family": family, "account": who.account_id, "lifetime": lifetime_seconds}

    def work(connection: Connection) -> None:
        if connection.exec_driver_sql(_BEGIN, values).rowcount:
            write(connection, Entry(Action.SESSION_BEGAN, replace(who, session_id=family), str(family)))

    in_transaction(engine, work)


def rotate(engine: Engine, token: str, chain: Chain, times: Times, who: Who) -> tuple[Account, str] | Refused:
    """Returns the token's account and the successor of the token, or why the token is refused.

    Repeatable: within the grace period, the same client gets the same successor. who: the client, for the audit log.
    """
    return in_transaction(engine, lambda connection: _rotate(connection, token, chain, times, who))


def _rotate(connection: Connection, token: str, chain: Chain, times: Times, who: Who) -> tuple[Account, str] | Refused:
    live = _replace(connection, token, chain, times) or _follow(connection, token, chain, times, who)
    if isinstance(live, Refused):
        return live
    account = Account(*connection.exec_driver_sql(BY_ID.text, {"id": live.account}).one())
    if not account.active:
        _revoke(connection, live.family)
        return Refused.INVALID
    return account, live.token


def _replace(connection: Connection, token: str, chain: Chain, times: Times) -> _Live | None:
    """Replaces the token by a new one; None if it is not live."""
    salt = secrets.token_bytes(SALT_BYTES)
    values = {"hash": chain.kept(token), "salt": salt, "mark": chain.mark(token, salt)}
    replaced = connection.exec_driver_sql(_REPLACE, values).one_or_none()
    if replaced is None:
        return None
    live = _Live(chain.after(token, salt), replaced.family_id, replaced.account_id)
    new = {"hash": chain.kept(live.token), "family": live.family, "account": live.account, "lifetime": times.life}
    connection.exec_driver_sql(_BEGIN, new)
    return live


def _follow(connection: Connection, token: str, chain: Chain, times: Times, who: Who) -> _Live | Refused:
    """Follows the successors to the live token, if this client replaced all of them within the grace period."""
    while True:
        row = connection.exec_driver_sql(_FIND, {"hash": chain.kept(token), "grace": times.grace}).one_or_none()
        if row is None:
            return Refused.INVALID
        if not row.replaced:
            return _Live(token, row.family_id, row.account_id)
        salt = row.successor_salt  # None: replaced by an older version, without a grace period
        if not row.just_now or salt is None or chain.mark(token, salt) != row.replaced_for:
            _revoke(connection, row.family_id)
            user = replace(who, account_id=row.account_id, session_id=row.family_id)
            write(connection, Entry(Action.SESSION_REUSED, user, str(row.family_id), Outcome.REFUSED))
            return Refused.REUSED
        token = chain.after(token, salt)


def revoke_family(engine: Engine, token_hash: bytes, who: Who) -> None:
    """Ends the session that this token belongs to, if there is one. who: the client, for the audit log."""

    def revoke(connection: Connection) -> None:
        row = connection.exec_driver_sql(_FAMILY, {"hash": token_hash}).one_or_none()
        if row is not None and _revoke(connection, row.family_id):
            user = replace(who, account_id=row.account_id, session_id=row.family_id)
            write(connection, Entry(Action.SESSION_ENDED, user, str(row.family_id)))

    in_transaction(engine, revoke)


def delete_expired(engine: Engine, limit: int) -> int:
    """Deletes refresh tokens that have expired, at most limit. Returns their number."""
    return in_statement(
        engine, lambda connection: connection.exec_driver_sql(_DELETE_EXPIRED, {"limit": limit}).rowcount
    )


def _revoke(connection: Connection, family: UUID) -> bool:
    """Whether there was a token that was not revoked yet."""
    found = False
    # Repeated until it finds none. The update waits for a token that is being replaced, and does not see its successor,
    # which is committed meanwhile. The next update sees it.
    while connection.exec_driver_sql(_REVOKE, {"family": family}).rowcount:
        found = True
    return found
