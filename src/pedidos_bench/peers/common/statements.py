"""The shop in SQL, for the durable-workflow engines: an order is accepted, then moved by four steps.

Each function is the work of one transaction on the connection (or ORM session) that it gets. A step changes an order
only if it has the previous status, so running a step again changes nothing.
"""

from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import CursorResult, text

from .body import BadBody, Wish


class Connection(Protocol):
    def execute(self, statement: Any, parameters: Any = None) -> CursorResult[Any]: ...


PRICES = text("select id, price_cents from products where id = any(:ids) and merchant_id = :merchant_id and active")

INSERT_ORDER = text("""
    insert into orders (customer_id, merchant_id, total_cents, payment_token)
    values (:customer_id, :merchant_id, :total_cents, :payment_token)
    returning id
""")

INSERT_ITEMS = text("""
    insert into order_items (order_id, position, product_id, quantity, unit_price_cents)
    select :order_id, position, product_id, quantity, price
    from unnest(cast(:product_ids as uuid[]), cast(:quantities as int[]), cast(:prices as int[]))
         with ordinality as item (product_id, quantity, price, position)
""")

PROBLEMS = text("""
    select count(*) as items,
           count(*) filter (where product.price_cents <> item.unit_price_cents
                               or not product.active or not merchant.active) as problems
    from orders
    join merchants merchant on merchant.id = orders.merchant_id
    join order_items item on item.order_id = orders.id
    join products product on product.id = item.product_id and product.merchant_id = orders.merchant_id
    where orders.id = :order_id
""")

MOVE = text("""
    update orders set status = :to, updated_at = now()
    where id = :order_id and status = :before
    returning total_cents
""")

# Always in the order of the products, so that two orders of the same products cannot deadlock.
ITEMS = text("select product_id, quantity from order_items where order_id = :order_id order by product_id")

TAKE = text("""
    update stock set on_hand = on_hand - :quantity, reserved = reserved + :quantity
    where product_id = :product_id and on_hand >= :quantity
""")

PAY = text("insert into payments (order_id, amount_cents) values (:order_id, :amount_cents)")


class OutOfStock(Exception):
    """There are not enough units of a product: nothing is taken."""


def accept(connection: Connection, customer_id: UUID, wish: Wish) -> tuple[UUID, int]:
    """Stores an order at current prices. Returns its id and its price in cents. Raises BadBody."""
    product_ids = [item.product_id for item in wish.items]
    rows = connection.execute(PRICES, {"ids": product_ids, "merchant_id": wish.merchant_id})
    prices = {row.id: row.price_cents for row in rows}
    if len(prices) < len(wish.items):
        raise BadBody("there is no such product")
    total_cents = sum(prices[item.product_id] * item.quantity for item in wish.items)
    order = {
        "customer_id": customer_id,
        "merchant_id": wish.merchant_id,
        "total_cents": total_cents,
        "payment_token": wish.payment_token,
    }
    order_id: UUID = connection.execute(INSERT_ORDER, order).scalar_one()
    items = {
        "order_id": order_id,
        "product_ids": product_ids,
        "quantities": [item.quantity for item in wish.items],
        "prices": [prices[product_id] for product_id in product_ids],
    }
    connection.execute(INSERT_ITEMS, items)
    return order_id, total_cents


def validate(connection: Connection, order_id: str) -> bool:
    """Whether the items are plausible, the prices still correct, and everything that the order refers to is active."""
    found = connection.execute(PROBLEMS, {"order_id": order_id}).one()
    good = found.items > 0 and found.problems == 0
    _move(connection, order_id, "received", "validated" if good else "rejected")
    return good


def reserve(connection: Connection, order_id: str) -> None:
    """Takes the units of all items. Raises OutOfStock; the caller must then roll back the transaction."""
    if _move(connection, order_id, "validated", "reserved") is None:
        return
    for item in connection.execute(ITEMS, {"order_id": order_id}).all():
        taken = connection.execute(TAKE, {"product_id": item.product_id, "quantity": item.quantity})
        if taken.rowcount != 1:
            raise OutOfStock(item.product_id)


def refuse(connection: Connection, order_id: str) -> None:
    """Ends an order without enough stock."""
    _move(connection, order_id, "validated", "unavailable")


def charge(connection: Connection, order_id: str) -> None:
    """The payment gateway: charges the price of the order, once."""
    amount_cents = _move(connection, order_id, "reserved", "paid")
    if amount_cents is not None:
        connection.execute(PAY, {"order_id": order_id, "amount_cents": amount_cents})


def confirm(connection: Connection, order_id: str) -> None:
    _move(connection, order_id, "paid", "confirmed")


def _move(connection: Connection, order_id: str, before: str, to: str) -> int | None:
    """Moves the order. Returns its price in cents, or None if it did not have that status."""
    return connection.execute(MOVE, {"order_id": order_id, "before": before, "to": to}).scalar_one_or_none()
