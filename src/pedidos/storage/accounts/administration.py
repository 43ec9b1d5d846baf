"""What an operator does to accounts: list, add, disable and enable them, and change their role.

Only the role that owns the tables may do all of it.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.errors import ConstraintViolated, PedidosError
from pedidos.storage.accounts.accounts import COLUMNS, Account, EmailTaken
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
returning {columns}
""",
    columns=COLUMNS,
)

_SET_ACTIVE = "update accounts set active = %(active)s where email = %(email)s returning id"

_SET_ROLE = "update accounts set role = %(role)s, merchant_id = %(merchant)s where email = %(email)s returning id"

_END_SESSIONS = """
with revoked as (
    update refresh_tokens set revoked_at = now() where account_id = %(account)s and revoked_at is null
    returning family_id, replaced_at is null and expires_at > now() as live
)
select count(*) as tokens, count(*) filter (where live) as sessions from revoked
"""


def find(engine: Engine, role: str | None = None, active: bool | None = None) -> list[Account]:
    """The accounts, by e-mail address; of one role, or only active or disabled ones."""
    values = {"role": role, "active": active}
    found = in_statement(engine, lambda connection: connection.exec_driver_sql(_LIST.text, values).all())
    return [Account(*row) for row in found]


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


def add(engine: Engine, new: NewAccount) -> Account:
    """A new account. Raises EmailTaken, UnknownMerchant, once.OutcomeUnknown."""
    values = {
        "email": new.email,
        "name": new.name,
        "role": new.role,
        "password_hash": new.password_hash,
        "merchant": new.merchant_id,
        "opening": new.opening,
    }
    try:
        return Account(*once(engine, lambda connection: connection.exec_driver_sql(_ADD.text, values).one()))
    except ConstraintViolated as error:
        raise _meant(error) from error


def enable(engine: Engine, email: str) -> None:
    """Lets the account sign in again. Raises UnknownEmail."""
    in_transaction(engine, lambda connection: _changed(connection, _SET_ACTIVE, email=email, active=True))


def disable(engine: Engine, email: str) -> int:
    """Refuses sign-ins of the account and ends its sessions: how many that were. Raises UnknownEmail."""

    def work(connection: Connection) -> int:
        account = _changed(connection, _SET_ACTIVE, email=email, active=False)
        ended = 0
        # Again while it finds one: it waits for a token that is being replaced, and sees the successor afterwards.
        while (found := connection.exec_driver_sql(_END_SESSIONS, {"account": account}).one()).tokens:
            ended += found.sessions
        return ended

    return in_transaction(engine, work)


def set_role(engine: Engine, email: str, role: str, merchant_id: UUID | None) -> None:
    """Changes what the account may do. merchant_id: of a merchant's account. Raises UnknownEmail, UnknownMerchant."""
    values = {"email": email, "role": role, "merchant": merchant_id}
    try:
        in_transaction(engine, lambda connection: _changed(connection, _SET_ROLE, **values))
    except ConstraintViolated as error:
        raise _meant(error) from error


def _changed(connection: Connection, statement: str, **values: object) -> UUID:
    account: UUID | None = connection.exec_driver_sql(statement, values).scalar_one_or_none()
    if account is None:
        raise UnknownEmail
    return account


def _meant(error: ConstraintViolated) -> PedidosError:
    known = {"accounts_email_key": EmailTaken, "accounts_merchant_id_fkey": UnknownMerchant}
    return known[error.constraint]() if error.constraint in known else error
