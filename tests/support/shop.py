"""Customers, merchants, products and orders for tests, straight into the tables."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, text

from pedidos.domain.schedule import Interval
from pedidos.storage.orders.placed import Placed
from pedidos.storage.orders.placing import NewOrder, place

ALWAYS = tuple(Interval(weekday, 0, 1440) for weekday in range(1, 8))


@dataclass(frozen=True, slots=True)
class Product:
    id: UUID
    merchant_id: UUID
    price_cents: int
    on_hand: int


def make_customer(engine: Engine, *, active: bool = True) -> UUID:
    """A customer's account, without a usable password."""
    email = f"{secrets.token_hex(8)}@example.org"
    with engine.begin() as connection:
        return _one(
            connection.execute(
                text(
                    "insert into accounts (email, name, role, password_hash, active)"
                    " values (:email, 'Ana', 'customer', '!', :active) returning id"
                ),
                {"email": email, "active": active},
            ).scalar_one()
        )


def make_merchant(
    engine: Engine, hours: Sequence[Interval] = ALWAYS, *, active: bool = True, time_zone: str = "America/Sao_Paulo"
) -> UUID:
    """A merchant, open at any time unless told otherwise."""
    with engine.begin() as connection:
        merchant_id = _one(
            connection.execute(
                text("insert into merchants (name, time_zone, active) values ('Cantina', :zone, :active) returning id"),
                {"zone": time_zone, "active": active},
            ).scalar_one()
        )
        for interval in hours:
            connection.execute(
                text("insert into opening_hours values (:merchant, :weekday, :opens, :closes)"),
                {"merchant": merchant_id, **interval._asdict()},
            )
    return merchant_id


def make_product(
    engine: Engine, merchant_id: UUID, *, price_cents: int = 1000, on_hand: int = 1000, active: bool = True
) -> Product:
    """A product with its stock."""
    with engine.begin() as connection:
        product_id = _one(
            connection.execute(
                text(
                    "insert into products (merchant_id, name, price_cents, active)"
                    " values (:merchant, 'Pizza', :price, :active) returning id"
                ),
                {"merchant": merchant_id, "price": price_cents, "active": active},
            ).scalar_one()
        )
        connection.execute(text("insert into stock values (:id, :on_hand)"), {"id": product_id, "on_hand": on_hand})
    return Product(product_id, merchant_id, price_cents, on_hand)


def order_of(
    customer_id: UUID,
    product: Product,
    quantity: int = 1,
    *,
    token: str = "tok_ok",
    key: str | None = None,
    items: Sequence[tuple[UUID, int]] | None = None,
    expected_total_cents: int | None = None,
) -> NewOrder:
    """A request for `quantity` of one product, or for these items, from the product's merchant."""
    wanted = items or [(product.id, quantity)]
    body = repr((product.merchant_id, wanted, token, expected_total_cents))
    return NewOrder(
        customer_id,
        product.merchant_id,
        wanted,
        token,
        key or secrets.token_hex(8),
        hashlib.sha256(body.encode()).digest(),
        expected_total_cents,
    )


def place_order(
    engine: Engine, customer_id: UUID, product: Product, quantity: int = 1, token: str = "tok_ok"
) -> Placed:
    """An order that has just been placed."""
    return place(engine, order_of(customer_id, product, quantity, token=token))


def _one(value: object) -> UUID:
    assert isinstance(value, UUID)
    return value
