"""Customers whom a merchant has made VIPs: some coupons are for them alone.

Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once


@dataclass(frozen=True, slots=True)
class Vip:
    customer_id: UUID
    since: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """A merchant whose VIP somebody is. coupon: the code of the newest coupon for its VIPs that is valid now."""

    merchant_id: UUID
    since: datetime
    coupon: str | None


# A merchant knows people by their orders alone. The lock waits for an erasure that has begun: afterwards, the account
# is not active.
_CUSTOMER = """
select a.id from orders o join accounts a on a.id = o.customer_id
where o.id = %(order)s and o.merchant_id = %(merchant)s and a.active
for key share of a
"""

_MARK = """
insert into vips (merchant_id, customer_id) values (%(merchant)s, %(customer)s)
on conflict (merchant_id, customer_id) do nothing
returning customer_id
"""

_ONE = "select customer_id, since from vips where merchant_id = %(merchant)s and customer_id = %(customer)s"

_UNMARK = "delete from vips where merchant_id = %(merchant)s and customer_id = %(customer)s returning customer_id"

_OF_MERCHANT = """
select customer_id, since from vips
where merchant_id = %(merchant)s and (%(after)s::uuid is null or customer_id > %(after)s)
order by customer_id limit %(limit)s
"""

_COUPON = """
    select c.code from coupons c
    where c.merchant_id = v.merchant_id and c.vips_only and c.active and c.begins <= now()
      and (c.ends is null or c.ends > now())
    order by c.created_at desc, c.id limit 1
"""

_OF_CUSTOMER = f"""
select v.merchant_id, v.since, ({_COUPON}) as coupon from vips v
where v.customer_id = %(customer)s order by v.merchant_id limit %(limit)s
"""  # noqa: S608  # constants

_COUPON_FOR = f"""
select ({_COUPON}) from vips v where v.merchant_id = %(merchant)s and v.customer_id = %(customer)s
"""  # noqa: S608  # constants

_FORGET = "delete from vips where customer_id = %(customer)s"


def mark(engine: Engine, merchant_id: UUID, order_id: UUID, who: Who) -> Vip | None:
    """Makes the customer of an order of this merchant a VIP. One who is stays so. None: there is no such order, or its
    customer has gone."""

    def work(connection: Connection) -> Vip | None:
        values = {"merchant": merchant_id, "order": order_id}
        customer = connection.exec_driver_sql(_CUSTOMER, values).scalar_one_or_none()
        if customer is None:
            return None
        pair = {"merchant": merchant_id, "customer": customer}
        if connection.exec_driver_sql(_MARK, pair).one_or_none() is not None:
            detail = {"customer": str(customer)}
            write(connection, Entry(Action.MERCHANT_VIP_MARKED, who, str(merchant_id), detail=detail))
        return Vip(*connection.exec_driver_sql(_ONE, pair).one())

    return once(engine, work)


def unmark(engine: Engine, merchant_id: UUID, customer_id: UUID, who: Who) -> None:
    """Ends that a customer is a VIP. Orders that have their discount keep it. One who is none stays so."""

    def work(connection: Connection) -> None:
        values = {"merchant": merchant_id, "customer": customer_id}
        if connection.exec_driver_sql(_UNMARK, values).one_or_none() is not None:
            detail = {"customer": str(customer_id)}
            write(connection, Entry(Action.MERCHANT_VIP_UNMARKED, who, str(merchant_id), detail=detail))

    once(engine, work)


def of_merchant(engine: Engine, merchant_id: UUID, after: UUID | None, limit: int) -> list[Vip]:
    """The merchant's VIPs by id, at most limit. after: the id of the last one of the page before."""
    values = {"merchant": merchant_id, "after": after, "limit": limit}
    return [
        Vip(*row)
        for row in in_statement(engine, lambda connection: connection.exec_driver_sql(_OF_MERCHANT, values).all())
    ]


def of_customer(engine: Engine, customer_id: UUID, limit: int) -> list[Membership]:
    """The merchants whose VIP the customer is, at most limit."""
    values = {"customer": customer_id, "limit": limit}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_OF_CUSTOMER, values).all())
    return [Membership(*row) for row in rows]


def coupon_for(engine: Engine, merchant_id: UUID, customer_id: UUID) -> str | None:
    """The code of the newest coupon for VIPs that is valid now, if the customer is one of this merchant."""
    values = {"merchant": merchant_id, "customer": customer_id}
    code: str | None = in_statement(
        engine, lambda connection: connection.exec_driver_sql(_COUPON_FOR, values).scalar_one_or_none()
    )
    return code


def forget(connection: Connection, customer_id: UUID) -> None:
    """Removes the customer from the VIPs of all merchants, in the transaction that erases the account."""
    connection.exec_driver_sql(_FORGET, {"customer": customer_id})
