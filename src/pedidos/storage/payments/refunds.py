"""Refunds in part as people ask for them: each is a row, and all of them together stay within what was captured."""

from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine

from pedidos.domain.order import Refusal, Status
from pedidos.domain.payment import PaymentStatus
from pedidos.domain.refunds import Bought, Cause, Paid, Part, Refund, RefundStatus, TooMuch, Wish, decide
from pedidos.errors import PedidosError
from pedidos.storage.engine import in_statement
from pedidos.storage.sql import Sql

COUNTED = Sql("coalesce(returned_cents, 0) + %(cents)s")
"""What the refunds of an order take of its payment, with one more. A constraint of the table keeps it within the
amount."""


class KeyReused(PedidosError):
    """The key was used for another refund of the order."""


_COLUMNS = "id, amount_cents, cause, reason, status, created_at, updated_at, reference"

# The caller has locked the order. A worker holds the payment only while it asks for money, or returns all of it.
_LOCK = "select from payments where order_id = %(order)s for no key update nowait"

_KNOWN = f"select {_COLUMNS}, wish from refunds where order_id = %(order)s and request_key = %(key)s"  # noqa: S608

_PAID = """
select o.status, o.total_cents, p.status as payment, coalesce(p.returned_cents, 0) as returned_cents,
    (select json_agg(json_build_array(i.product_id, i.name, i.quantity, i.unit_price_cents) order by i.position)
     from order_items i where i.order_id = o.id) as items,
    (select coalesce(-sum(l.amount_cents), 0)::bigint from order_lines l
     where l.order_id = o.id and l.kind = 'discount') as discount_cents,
    (select coalesce(json_agg(each), '[]') from refunds r, jsonb_array_elements(r.wish -> 'missing') as each
     where r.order_id = o.id and r.status <> 'refused') as missing
from orders o left join payments p on p.order_id = o.id
where o.id = %(order)s
"""

_ADD = Sql(
    """
with counted as (
    update payments set returned_cents = {counted} where order_id = %(order)s returning order_id
)
insert into refunds (order_id, request_key, wish, amount_cents, cause, reason, account_id, status)
select order_id, %(key)s, %(wish)s::jsonb, %(cents)s, %(cause)s, %(reason)s, %(account)s, 'pending' from counted
returning {columns}
""",
    counted=COUNTED,
    columns=Sql(_COLUMNS),
)

_OF_ORDER = f"select {_COLUMNS} from refunds where order_id = %(order)s order by created_at, id"  # noqa: S608


def remembered(key: str) -> str:
    """The key of a request as it is stored with its refund, by which a repetition is recognised."""
    return key


def add(
    connection: Connection, order_id: UUID, wish: Wish, key: str, account_id: UUID
) -> tuple[Refund, Literal["new", "known"]] | Refusal | TooMuch:
    """Writes the intent to give a part back, or returns why not. The caller has locked the order.

    key: of the request; the same one again returns the refund that there is. Raises KeyReused, and Held if another
    session holds the payment.
    """
    values: dict[str, Any] = {"order": order_id, "key": remembered(key)}
    connection.exec_driver_sql(_LOCK, values)
    known = connection.exec_driver_sql(_KNOWN, values).one_or_none()
    asked = _document(wish)
    if known is not None:
        if known.wish != asked:
            raise KeyReused
        return _refund(known), "known"
    decided = decide(wish, _paid(connection.exec_driver_sql(_PAID, values).one()))
    if not isinstance(decided, Part):
        return decided
    values |= {"wish": orjson.dumps(asked).decode(), "cents": decided.cents, "cause": wish.cause}
    values |= {"reason": str(decided.reason), "account": account_id}
    return _refund(connection.exec_driver_sql(_ADD.text, values).one()), "new"


def paid(engine: Engine, order_id: UUID) -> Paid:
    """What was paid for the order, and given back of it, as far as it is known now. Raises LookupError."""
    values = {"order": order_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_PAID, values).one_or_none())
    if row is None:
        raise LookupError(order_id)
    return _paid(row)


def of_order(engine: Engine, order_id: UUID) -> list[Refund]:
    """The refunds in part of an order, in the order in which they were asked for."""
    values = {"order": order_id}
    return [_refund(row) for row in in_statement(engine, lambda c: c.exec_driver_sql(_OF_ORDER, values).all())]


def _document(wish: Wish) -> dict[str, Any]:
    """The wish as PostgreSQL stores it."""
    missing = [[str(each.product_id), each.quantity] for each in wish.missing]
    return {"cause": str(wish.cause), "cents": wish.cents, "missing": missing}


def _paid(row: Any) -> Paid:
    missing: dict[UUID, int] = {}
    for product, quantity in row.missing:
        missing[UUID(product)] = missing.get(UUID(product), 0) + quantity
    return Paid(
        Status(row.status),
        None if row.payment is None else PaymentStatus(row.payment),
        row.total_cents,
        row.returned_cents,
        [Bought(UUID(product), name, quantity, cents) for product, name, quantity, cents in row.items],
        row.discount_cents,
        missing,
    )


def _refund(row: Any) -> Refund:
    return Refund(
        row.id,
        row.amount_cents,
        Cause(row.cause),
        row.reason,
        RefundStatus(row.status),
        row.created_at,
        row.updated_at,
        row.reference,
    )
