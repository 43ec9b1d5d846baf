"""One-time tokens: what the link in a mail lets its holder do. Stored as hashes, used once, with an end.

A token is of use only while its account has the address that the mail went to.
"""

from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Outcome, Who
from pedidos.domain.mails import Kind, Link, Purpose
from pedidos.storage.accounts.accounts import COLUMNS, Account
from pedidos.storage.accounts.mails import post_link, post_notice
from pedidos.storage.accounts.sessions import end_all
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once
from pedidos.storage.sql import Sql

_FIND = Sql(
    """
select {columns} from accounts where active and (id, email) in (
    select account_id, email from one_time_tokens
    where token_hash = %(hash)s and purpose = %(purpose)s and expires_at > now()
)
""",
    columns=COLUMNS,
)

# Of two uses at once, the second waits for the first, and then finds no row.
_USE = """
delete from one_time_tokens where token_hash = %(hash)s and purpose = %(purpose)s and expires_at > now()
returning account_id, email
"""

_VERIFY = """
update accounts set verified_at = coalesce(verified_at, now()) where id = %(id)s and email = %(email)s and active
"""

_RESET = """
update accounts
set password_hash = %(new)s, version = version + 1, verified_at = coalesce(verified_at, now())
where id = %(id)s and email = %(email)s and active
"""

_FORGET = "delete from one_time_tokens where account_id = %(id)s"

_ID = "select id from accounts where email = %(email)s"

_DELETE_EXPIRED = """
delete from one_time_tokens where ctid = any(array(
    select ctid from one_time_tokens where expires_at < now() order by expires_at limit %(limit)s for update skip locked
))
"""


def account_of(engine: Engine, token_hash: bytes, purpose: Purpose) -> Account | None:
    """The active account that a token is for. The token can still be used afterwards."""
    values = {"hash": token_hash, "purpose": purpose}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_FIND.text, values).one_or_none())
    return Account(*row) if row else None


def verify(engine: Engine, token_hash: bytes, who: Who) -> bool:
    """Uses the token, and notes that the account's address is its owner's. Returns whether the token was good. Raises
    once.OutcomeUnknown."""

    def work(connection: Connection) -> bool:
        account_id = _used(connection, token_hash, Purpose.VERIFY, _VERIFY, {})
        if account_id is not None:
            write(connection, Entry(Action.ACCOUNT_VERIFIED, who, str(account_id)))
        return account_id is not None

    return once(engine, work)


def reset(engine: Engine, token_hash: bytes, password_hash: str, language: str, who: Who) -> bool:
    """Uses the token: replaces the password, ends all sessions, voids the account's other tokens, and writes a mail
    that says so. The address counts as verified. Returns whether the token was good. Raises once.OutcomeUnknown."""

    def work(connection: Connection) -> bool:
        account_id = _used(connection, token_hash, Purpose.RESET, _RESET, {"new": password_hash})
        if account_id is None:
            return False
        ended = end_all(connection, account_id)
        connection.exec_driver_sql(_FORGET, {"id": account_id})
        post_notice(connection, account_id, Kind.PASSWORD_CHANGED, language)
        write(connection, Entry(Action.ACCOUNT_PASSWORD_RESET, who, str(account_id), detail={"sessions": ended}))
        return True

    return once(engine, work)


def join(engine: Engine, token_hash: bytes, password_hash: str, who: Who) -> bool:
    """Uses the token: sets the first password of an account that somebody else has made. The address counts as
    verified. Returns whether the token was good. Raises once.OutcomeUnknown."""

    def work(connection: Connection) -> bool:
        account_id = _used(connection, token_hash, Purpose.JOIN, _RESET, {"new": password_hash})
        if account_id is not None:
            connection.exec_driver_sql(_FORGET, {"id": account_id})
            write(connection, Entry(Action.ACCOUNT_JOINED, who, str(account_id)))
        return account_id is not None

    return once(engine, work)


def ask(engine: Engine, email: str, kind: Kind, link: Link, who: Who) -> None:
    """Writes a mail with a link to this address, if an active account has it. The work is the same if none has. Raises
    once.OutcomeUnknown."""

    def work(connection: Connection) -> None:
        posted = post_link(connection, email, kind, link)
        account_id: UUID | None = connection.exec_driver_sql(_ID, {"email": email}).scalar_one_or_none()
        outcome = Outcome.DONE if posted else Outcome.REFUSED
        subject = None if account_id is None else str(account_id)
        write(connection, Entry(Action.ACCOUNT_MAIL_ASKED, who, subject, outcome, {"mail": kind}))

    once(engine, work)


def delete_expired(engine: Engine, limit: int) -> int:
    """Deletes tokens that have expired, at most limit. Returns their number."""
    return in_statement(
        engine, lambda connection: connection.exec_driver_sql(_DELETE_EXPIRED, {"limit": limit}).rowcount
    )


def _used(
    connection: Connection, token_hash: bytes, purpose: Purpose, statement: str, values: dict[str, str]
) -> UUID | None:
    """Uses the token, and runs the statement for its account. None if the token is not good."""
    token = connection.exec_driver_sql(_USE, {"hash": token_hash, "purpose": purpose}).one_or_none()
    if token is None:
        return None
    about = {"id": token.account_id, "email": token.email, **values}
    account_id: UUID = token.account_id
    return account_id if connection.exec_driver_sql(statement, about).rowcount else None
