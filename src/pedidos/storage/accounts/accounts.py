"""Accounts: who may sign in, and as what."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.access import Role
from pedidos.domain.audit import Action, Entry, Outcome, Who
from pedidos.domain.mails import Kind, Link
from pedidos.errors import PedidosError
from pedidos.storage.accounts.mails import post_link, post_notice
from pedidos.storage.accounts.sessions import end_all
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once
from pedidos.storage.sql import Sql


@dataclass(frozen=True, slots=True)
class Account:
    """role is customer, merchant or operator; merchant_id is set for merchants only. version grows with each change
    after which earlier access tokens or sign-ins must not be trusted. verified_at: when it became known that the e-mail
    address is its owner's; None: not yet. staff: of its merchant, which works the board and no more."""

    id: UUID
    email: str
    name: str
    role: str
    merchant_id: UUID | None
    active: bool
    created_at: datetime
    password_hash: str
    version: int
    verified_at: datetime | None
    staff: bool


class EmailTaken(PedidosError):
    """An account with this e-mail address exists already."""


COLUMNS = Sql("id, email, name, role, merchant_id, active, created_at, password_hash, version, verified_at, staff")
"""The fields of Account."""

_BY_EMAIL = Sql("select {columns} from accounts where email = %(email)s", columns=COLUMNS)

_EMAILS = "select id, email from accounts where id = any(%(ids)s)"

BY_ID = Sql("select {columns} from accounts where id = %(id)s", columns=COLUMNS)

_ADD = """
insert into accounts (email, name, role, password_hash, verified_at)
values (%(email)s, %(name)s, 'customer', %(password_hash)s, null)
on conflict (email) do nothing -- an error would show the address in PostgreSQL's log
returning id
"""

# Only if no other session has replaced it since it was read.
_REPLACE_HASH = "update accounts set password_hash = %(new)s where id = %(id)s and password_hash = %(old)s"

# Only if the account is as it was read. A sign-in that does not know of the new password opens no session.
_CHANGE_HASH = """
update accounts set password_hash = %(new)s, version = version + 1
where id = %(id)s and version = %(version)s and active
"""


def by_email(engine: Engine, email: str) -> Account | None:
    """The account with this address, which is in lower case."""
    values = {"email": email}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_BY_EMAIL.text, values).one_or_none())
    return Account(*row) if row else None


def by_id(engine: Engine, account_id: UUID) -> Account | None:
    """The account with this id."""
    values = {"id": account_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(BY_ID.text, values).one_or_none())
    return Account(*row) if row else None


def emails(engine: Engine, account_ids: Collection[UUID]) -> dict[UUID, str]:
    """The address of each of these accounts that there are."""
    values = {"ids": list(account_ids)}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_EMAILS, values).all())
    return {row.id: row.email for row in rows}


def register(engine: Engine, email: str, name: str, password_hash: str, link: Link, who: Who) -> None:
    """Makes a customer, and writes a mail to confirm the address; or, if there is an account with this address, a mail
    that says so. The caller is not told which, and the statements are the same. Raises once.OutcomeUnknown.

    who: the client, for the audit log.
    """
    values = {"email": email, "name": name, "password_hash": password_hash}

    def work(connection: Connection) -> None:
        added: UUID | None = connection.exec_driver_sql(_ADD, values).scalar_one_or_none()
        post_link(connection, email, Kind.CONFIRM_ADDRESS if added else Kind.ACCOUNT_EXISTS, link)
        entry = Entry(Action.ACCOUNT_REGISTERED_AGAIN, who, outcome=Outcome.REFUSED)
        if added is not None:
            user = replace(who, account_id=added, role=Role.CUSTOMER)
            entry = Entry(Action.ACCOUNT_REGISTERED, user, str(added))
        write(connection, entry)

    once(engine, work)


def replace_hash(engine: Engine, account: Account, password_hash: str) -> None:
    """Replaces the hash of the account's password, unless another session has done that."""
    values = {"id": account.id, "old": account.password_hash, "new": password_hash}
    in_statement(engine, lambda connection: connection.exec_driver_sql(_REPLACE_HASH, values))


def change_password(engine: Engine, account: Account, password_hash: str, who: Who, language: str) -> bool:
    """Replaces the password of the account and ends its sessions, except that of who, and writes a mail that says so,
    in this language. Returns False, and does nothing, if the account has changed since it was read. Raises
    once.OutcomeUnknown."""
    values = {"id": account.id, "version": account.version, "new": password_hash}

    def work(connection: Connection) -> bool:
        changed = connection.exec_driver_sql(_CHANGE_HASH, values).rowcount > 0
        if changed:
            ended = end_all(connection, account.id, but=who.session_id)
            post_notice(connection, account.id, Kind.PASSWORD_CHANGED, language)
            write(connection, Entry(Action.ACCOUNT_PASSWORD_CHANGED, who, str(account.id), detail={"sessions": ended}))
        return changed

    return once(engine, work)
