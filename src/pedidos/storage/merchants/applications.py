"""Applications of merchants: made by a customer's account, decided by an operator, once.

The approval makes the merchant with its hours, and the account that applied becomes its owner's. All of it is one
transaction. Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, Row

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.mails import Kind
from pedidos.domain.schedule import Interval
from pedidos.errors import ConstraintViolated, PedidosError
from pedidos.storage.accounts.mails import post_notice
from pedidos.storage.audit_log.writing import write
from pedidos.storage.catalogue import delivery_terms
from pedidos.storage.catalogue.delivery_terms import DeliveryTerms
from pedidos.storage.catalogue.merchants import add_hours
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once
from pedidos.storage.sql import Sql


class Status(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"


class AlreadyApplied(PedidosError):
    """The account has an open application."""


class TaxNumberTaken(PedidosError):
    """Another merchant, or another open application, has this tax number."""


class AlreadyDecided(PedidosError):
    """Somebody has decided the application otherwise."""


class NotACustomer(PedidosError):
    """The account that applied is not active, or no longer a customer's."""


@dataclass(frozen=True, slots=True)
class NewApplication:
    """tax_number: the digits. delivery_fee_cents: what the merchant takes for a delivery."""

    name: str
    tax_number: str
    address: str
    time_zone: str
    hours: Sequence[Interval]
    delivery_fee_cents: int


@dataclass(frozen=True, slots=True)
class Application:
    """reason: why it was refused. merchant_id: of the merchant that the approval made. email, of_account: of who
    applies."""

    id: UUID
    account_id: UUID
    email: str
    of_account: str
    asked: NewApplication
    status: Status
    reason: str | None
    merchant_id: UUID | None
    created_at: datetime
    decided_at: datetime | None


_COLUMNS = Sql(
    """a.id, a.account_id, c.email, c.name as of_account, a.name, a.tax_number, a.address, a.time_zone, a.hours,
    a.delivery_fee_cents, a.status, a.reason, a.merchant_id, a.created_at, a.decided_at"""
)
_FROM = Sql("select {columns} from merchant_applications a join accounts c on c.id = a.account_id", columns=_COLUMNS)

_ADD = """
insert into merchant_applications (account_id, name, tax_number, address, time_zone, hours, delivery_fee_cents)
select id, %(name)s, %(tax_number)s, %(address)s, %(time_zone)s, %(hours)s::jsonb, %(fee)s
from accounts where id = %(account)s and role = 'customer' and active
returning id
"""

_ONE = Sql("{begin} where a.id = %(id)s", begin=_FROM)
_OF_ACCOUNT = Sql("{begin} where a.account_id = %(account)s order by a.id desc limit 1", begin=_FROM)
_OF_MERCHANT = Sql("{begin} where a.merchant_id = %(merchant)s", begin=_FROM)
_WAITING = Sql("{begin} where a.status = 'open' order by a.id limit %(limit)s", begin=_FROM)

_LOCK = "select status, account_id from merchant_applications where id = %(id)s for update"

_OPEN_MERCHANT = "insert into merchants (name, time_zone) values (%(name)s, %(time_zone)s) returning id"

# A trigger makes the account its owner's when the application is approved (0030_merchant_applications.up.sql).
_LOCK_CUSTOMER = "select from accounts where id = %(account)s and role = 'customer' and active for no key update"

_DECIDE = """
update merchant_applications
set status = %(status)s, reason = %(reason)s, merchant_id = %(merchant)s, decided_at = now()
where id = %(id)s
"""


def apply(engine: Engine, account_id: UUID, new: NewApplication, who: Who) -> Application:
    """A new application of a customer's account. Raises AlreadyApplied, TaxNumberTaken, NotACustomer."""
    values = {
        "account": account_id,
        "name": new.name,
        "tax_number": new.tax_number,
        "address": new.address,
        "time_zone": new.time_zone,
        "hours": orjson.dumps([list(each) for each in new.hours]).decode(),
        "fee": new.delivery_fee_cents,
    }

    def work(connection: Connection) -> Application:
        made: UUID | None = connection.exec_driver_sql(_ADD, values).scalar_one_or_none()
        if made is None:
            raise NotACustomer
        write(connection, Entry(Action.APPLICATION_MADE, who, str(made)))
        return _read(connection, _ONE, {"id": made})

    try:
        return once(engine, work)
    except ConstraintViolated as error:
        meant = {
            "merchant_applications_one_open": AlreadyApplied,
            "merchant_applications_tax_number": TaxNumberTaken,
        }.get(error.constraint or "")
        if meant is None:
            raise
        raise meant from error


def approve(engine: Engine, application_id: UUID, who: Who) -> Application:
    """Makes the merchant, and the account that applied its owner's. Repeating it changes nothing. Raises LookupError,
    AlreadyDecided, NotACustomer."""

    def work(connection: Connection) -> Application:
        found = _locked(connection, application_id, Status.APPROVED)
        if found.status is Status.APPROVED:
            return found
        if connection.exec_driver_sql(_LOCK_CUSTOMER, {"account": found.account_id}).one_or_none() is None:
            raise NotACustomer
        asked = found.asked
        values = {"name": asked.name, "time_zone": asked.time_zone}
        merchant_id: UUID = connection.exec_driver_sql(_OPEN_MERCHANT, values).scalar_one()
        add_hours(connection, merchant_id, asked.hours)
        delivery_terms.insert(connection, merchant_id, DeliveryTerms(asked.delivery_fee_cents, (), None, None))
        _decide(connection, application_id, Status.APPROVED, merchant_id=merchant_id)
        post_notice(connection, found.account_id, Kind.MERCHANT_APPROVED)
        detail = {"merchant_id": str(merchant_id), "account_id": str(found.account_id)}
        write(connection, Entry(Action.APPLICATION_APPROVED, who, str(application_id), detail=detail))
        return _read(connection, _ONE, {"id": application_id})

    return once(engine, work)


def refuse(engine: Engine, application_id: UUID, reason: str, who: Who) -> Application:
    """Refuses the application, with a reason for who applied. Repeating it changes nothing. Raises LookupError,
    AlreadyDecided."""

    def work(connection: Connection) -> Application:
        found = _locked(connection, application_id, Status.REFUSED)
        if found.status is Status.REFUSED:
            return found
        _decide(connection, application_id, Status.REFUSED, reason=reason)
        post_notice(connection, found.account_id, Kind.MERCHANT_REFUSED)
        write(connection, Entry(Action.APPLICATION_REFUSED, who, str(application_id)))
        return _read(connection, _ONE, {"id": application_id})

    return once(engine, work)


def of_account(engine: Engine, account_id: UUID) -> Application | None:
    """The newest application of the account."""
    return _first(engine, _OF_ACCOUNT, {"account": account_id})


def of_merchant(engine: Engine, merchant_id: UUID) -> Application | None:
    """The application that made the merchant; None for one that was made otherwise."""
    return _first(engine, _OF_MERCHANT, {"merchant": merchant_id})


def by_id(engine: Engine, application_id: UUID) -> Application | None:
    return _first(engine, _ONE, {"id": application_id})


def waiting(engine: Engine, limit: int) -> list[Application]:
    """The open applications, the oldest first, at most limit."""
    values = {"limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_WAITING.text, values).all())
    return [_application(row) for row in rows]


def _locked(connection: Connection, application_id: UUID, wanted: Status) -> Application:
    row = connection.exec_driver_sql(_LOCK, {"id": application_id}).one_or_none()
    if row is None:
        raise LookupError(application_id)
    if row.status not in (Status.OPEN, wanted):
        raise AlreadyDecided
    return _read(connection, _ONE, {"id": application_id})


def _decide(
    connection: Connection,
    application_id: UUID,
    status: Status,
    *,
    reason: str | None = None,
    merchant_id: UUID | None = None,
) -> None:
    values = {"id": application_id, "status": status, "reason": reason, "merchant": merchant_id}
    connection.exec_driver_sql(_DECIDE, values)


def _first(engine: Engine, statement: Sql, values: dict[str, Any]) -> Application | None:
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(statement.text, values).one_or_none())
    return _application(row) if row else None


def _read(connection: Connection, statement: Sql, values: dict[str, Any]) -> Application:
    return _application(connection.exec_driver_sql(statement.text, values).one())


def _application(row: Row[Any]) -> Application:
    asked = NewApplication(
        row.name,
        row.tax_number,
        row.address,
        row.time_zone,
        [Interval(*each) for each in row.hours],
        row.delivery_fee_cents,
    )
    return Application(
        row.id,
        row.account_id,
        row.email,
        row.of_account,
        asked,
        Status(row.status),
        row.reason,
        row.merchant_id,
        row.created_at,
        row.decided_at,
    )
