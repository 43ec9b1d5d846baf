"""What an operator does to accounts: list, add, disable and enable them, and change their role.

Only the role that owns the tables may do all of it. A trigger revokes the access tokens of an account whose role,
merchant or state changes (0016_sessions.up.sql).
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row

from pedidos.domain.audit import Action, Entry, Who
from pedidos.errors import ConstraintViolated, PedidosError
from pedidos.storage.accounts import accounts
from pedidos.storage.accounts.accounts import COLUMNS, Account, EmailTaken
from pedidos.storage.accounts.sessions import end_all
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement, in_transaction
from pedidos.storage.once import once
from pedidos.storage.sql import Sql


class UnknownEmail(PedidosError):
    """No account has this e-mail address."""


class UnknownMerchant(PedidosError):
    """There is no merchant with this id."""


_LIST = Sql(
    """
select {columns} from accounts
where (%(role)s::text is null or role = %(role)s) and (%(active)s::boolean is null or active = %(active)s)
order by email
""",
    columns=COLUMNS,
)

_ADD = Sql(
    """
with opened as (
    insert into merchants (name) select %(opening)s::text where %(opening)s::text is not null
    returning id
)
insert into accounts (email, name, role, merchant_id, password_hash)
values (%(email)s, %(name)s, %(role)s, coalesce(%(merchant)s::uuid, (select id from opened)), %(password_hash)s)
on conflict (email) do nothing -- an error would show the address in PostgreSQL's log
returning {columns}
""",
    columns=COLUMNS,
)

_SET_ACTIVE = "update accounts set active = %(active)s where email = %(email)s returning id"

_SET_ROLE = """
update accounts set role = %(role)s, merchant_id = %(merchant)s where email = %(email)s
returning id, old.role as former
"""


def find(engine: Engine, role: str | None = None, active: bool | None = None) -> list[Account]:
    """The accounts, by e-mail address; of one role, or only active or disabled ones."""
    values = {"role": role, "active": active}
    found = in_statement(engine, lambda connection: connection.exec_driver_sql(_LIST.text, values).all())
    return [Account(*row) for row in found]


def by_email(engine: Engine, email: str) -> Account:
    """The account with this address, which is in lower case. Raises UnknownEmail."""
    account = accounts.by_email(engine, email)
    if account is None:
        raise UnknownEmail
    return account


@dataclass(frozen=True, slots=True)
class NewAccount:
    """merchant_id: the merchant that the account belongs to. opening: the name of one that is added with the account.
    One of the two is set for the role merchant, and neither for another."""

    email: str
    name: str
    role: str
    password_hash: str
    merchant_id: UUID | None = None
    opening: str | None = None


def add(engine: Engine, new: NewAccount, who: Who) -> Account:
    """A new account. Raises EmailTaken, UnknownMerchant, once.OutcomeUnknown."""
    values = {
        "email": new.email,
        "name": new.name,
        "role": new.role,
        "password_hash": new.password_hash,
        "merchant": new.merchant_id,
        "opening": new.opening,
    }

    def work(connection: Connection) -> Account:
        row = connection.exec_driver_sql(_ADD.text, values).one_or_none()
        if row is None:
            raise EmailTaken  # and a merchant that was opened with it is rolled back
        account = Account(*row)
        detail = {"role": account.role, "merchant_id": account.merchant_id}
        write(connection, Entry(Action.ACCOUNT_CREATED, who, str(account.id), detail=detail))
        return account

    try:
        return once(engine, work)
    except ConstraintViolated as error:
        raise _meant(error) from error


def enable(engine: Engine, email: str, who: Who) -> None:
    """Lets the account sign in again. Raises UnknownEmail."""

    def work(connection: Connection) -> None:
        account = _changed(connection, _SET_ACTIVE, email=email, active=True).id
        write(connection, Entry(Action.ACCOUNT_ENABLED, who, str(account)))

    in_transaction(engine, work)


def disable(engine: Engine, email: str, who: Who) -> int:
    """Refuses sign-ins of the account and ends its sessions: how many that were. Raises UnknownEmail."""

    def work(connection: Connection) -> int:
        account = _changed(connection, _SET_ACTIVE, email=email, active=False).id
        ended = end_all(connection, account)
        write(connection, Entry(Action.ACCOUNT_DISABLED, who, str(account), detail={"sessions": ended}))
        return ended

    return in_transaction(engine, work)


def set_role(engine: Engine, email: str, role: str, merchant_id: UUID | None, who: Who) -> None:
    """Changes what the account may do. merchant_id: of a merchant's account. Raises UnknownEmail, UnknownMerchant."""
    values = {"email": email, "role": role, "merchant": merchant_id}

    def work(connection: Connection) -> None:
        changed = _changed(connection, _SET_ROLE, **values)
        detail = {"role": [changed.former, role], "merchant_id": merchant_id}
        write(connection, Entry(Action.ACCOUNT_ROLE_CHANGED, who, str(changed.id), detail=detail))

    try:
        in_transaction(engine, work)
    except ConstraintViolated as error:
        raise _meant(error) from error


def _changed(connection: Connection, statement: str, **values: object) -> Row[Any]:
    account = connection.exec_driver_sql(statement, values).one_or_none()
    if account is None:
        raise UnknownEmail
    return account


def _meant(error: ConstraintViolated) -> PedidosError:
    return UnknownMerchant() if error.constraint == "accounts_merchant_id_fkey" else error
