"""Refresh tokens: kept as hashes, replaced at every use; a replaced one that comes back revokes its family.

The rule is that of OAuth 2.0 Security Best Current Practice (RFC 9700, 4.14.2).
"""

import uuid
from enum import Enum
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from pedidos.storage.accounts import Account
from pedidos.storage.engine import in_statement, in_transaction

_BEGIN = text("""
insert into refresh_tokens (token_hash, family_id, account_id, expires_at)
values (:hash, :family, :account, now() + make_interval(secs => :lifetime))
""")

# The row lock lets one of two parallel uses through; the other then sees that the token was replaced.
_REPLACE = text("""
update refresh_tokens set replaced_at = now()
where token_hash = :hash and replaced_at is null and revoked_at is null and expires_at > now()
returning family_id, account_id
""")
_ACCOUNT = text("""
select id, email, name, role, merchant_id, active, created_at, password_hash from accounts where id = :account
""")
_REPLACED_FAMILY = text("select family_id from refresh_tokens where token_hash = :hash and replaced_at is not null")
_REVOKE = text("update refresh_tokens set revoked_at = now() where family_id = :family and revoked_at is null")
_REVOKE_OF = text("""
update refresh_tokens set revoked_at = now()
where revoked_at is null and family_id = (select family_id from refresh_tokens where token_hash = :hash)
""")


class Refused(Enum):
    """Why a refresh token is not taken. REUSED: it had been replaced, and its family is revoked now."""

    INVALID = "invalid"
    REUSED = "reused"


def begin(engine: Engine, token_hash: bytes, account_id: UUID, lifetime_seconds: int) -> None:
    """A new family, at sign-in. token_hash is the token's SHA-256."""
    values = {"hash": token_hash, "family": uuid.uuid4(), "account": account_id, "lifetime": lifetime_seconds}
    in_statement(engine, lambda connection: connection.execute(_BEGIN, values))


def rotate(engine: Engine, old_hash: bytes, new_hash: bytes, lifetime_seconds: int) -> Account | Refused:
    """Replaces the old token by the new one. Returns the account that it belongs to, or why it is refused."""
    return in_transaction(engine, lambda connection: _rotate(connection, old_hash, new_hash, lifetime_seconds))


def _rotate(connection: Connection, old_hash: bytes, new_hash: bytes, lifetime_seconds: int) -> Account | Refused:
    replaced = connection.execute(_REPLACE, {"hash": old_hash}).one_or_none()
    if replaced is None:
        family = connection.execute(_REPLACED_FAMILY, {"hash": old_hash}).scalar_one_or_none()
        if family is None:
            return Refused.INVALID
        connection.execute(_REVOKE, {"family": family})
        return Refused.REUSED
    account = Account(*connection.execute(_ACCOUNT, {"account": replaced.account_id}).one())
    if not account.active:
        connection.execute(_REVOKE, {"family": replaced.family_id})
        return Refused.INVALID
    values = {"hash": new_hash, "family": replaced.family_id, "account": account.id, "lifetime": lifetime_seconds}
    connection.execute(_BEGIN, values)
    return account


def revoke_family(engine: Engine, token_hash: bytes) -> None:
    """Ends the session that this token belongs to, if there is one."""
    in_statement(engine, lambda connection: connection.execute(_REVOKE_OF, {"hash": token_hash}))
