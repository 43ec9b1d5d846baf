"""Accounts: who may sign in, and as what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row, text
from sqlalchemy.exc import IntegrityError

from pedidos.errors import PedidosError
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once


@dataclass(frozen=True, slots=True)
class Account:
    """role is customer, merchant or operator; merchant_id is set for merchants only."""

    id: UUID
    email: str
    name: str
    role: str
    merchant_id: UUID | None
    active: bool
    created_at: datetime
    password_hash: str


class EmailTaken(PedidosError):
    """There is an account with this e-mail address already."""


_COLUMNS = "id, email, name, role, merchant_id, active, created_at, password_hash"
_BY_EMAIL = text(f"select {_COLUMNS} from accounts where email = :email")  # noqa: S608  # a constant
_BY_ID = text(f"select {_COLUMNS} from accounts where id = :id")  # noqa: S608
_ADD = text(f"""
insert into accounts (email, name, role, password_hash) values (:email, :name, 'customer', :password_hash)
returning {_COLUMNS}
""")  # noqa: S608
# Not if it was replaced meanwhile.
_REPLACE_HASH = text("update accounts set password_hash = :new where id = :id and password_hash = :old")


def by_email(engine: Engine, email: str) -> Account | None:
    """The account with this address, which is in lower case."""
    row = in_statement(engine, lambda connection: connection.execute(_BY_EMAIL, {"email": email}).one_or_none())
    return _account(row) if row else None


def by_id(engine: Engine, account_id: UUID) -> Account | None:
    row = in_statement(engine, lambda connection: connection.execute(_BY_ID, {"id": account_id}).one_or_none())
    return _account(row) if row else None


def add_customer(engine: Engine, email: str, name: str, password_hash: str) -> Account:
    """A new customer; raises EmailTaken, once.OutcomeUnknown."""
    values = {"email": email, "name": name, "password_hash": password_hash}
    try:
        return _account(once(engine, lambda connection: connection.execute(_ADD, values).one()))
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == "23505":  # unique_violation: email is all that can be taken
            raise EmailTaken from error
        raise


def replace_hash(engine: Engine, account: Account, password_hash: str) -> None:
    """Keeps another hash of the same password."""
    values = {"id": account.id, "old": account.password_hash, "new": password_hash}
    in_statement(engine, lambda connection: connection.execute(_REPLACE_HASH, values))


def _account(row: Row[Any]) -> Account:
    return Account(*tuple(row))
