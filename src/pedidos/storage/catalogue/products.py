"""Products with their price and stock.

What changes something is done once: it raises once.OutcomeUnknown.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, text

from pedidos.storage.engine import in_statement
from pedidos.storage.once import once


@dataclass(frozen=True, slots=True)
class Product:
    """on_hand: units that can still be ordered."""

    id: UUID
    merchant_id: UUID
    name: str
    description: str
    price_cents: int
    active: bool
    on_hand: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ProductChange:
    """None means: leave it as it is."""

    name: str | None = None
    description: str | None = None
    price_cents: int | None = None
    active: bool | None = None


_PRODUCT = """
select p.id, p.merchant_id, p.name, p.description, p.price_cents, p.active,
    coalesce(s.on_hand, 0) as on_hand, p.updated_at
from products p left join stock s on s.product_id = p.id
"""
_PRODUCTS = text(
    _PRODUCT
    + " where p.merchant_id = :merchant and p.active = :active and (cast(:after as uuid) is null or p.id > :after)"
    + " order by p.id limit :limit"
)
_ONE_PRODUCT = text(_PRODUCT + " where p.id = :id")

_ADD_PRODUCT = text("""
with added as (
    insert into products (merchant_id, name, description, price_cents, active)
    values (:merchant, :name, :description, :price_cents, :active)
    returning id, merchant_id, name, description, price_cents, active, updated_at
), stocked as (
    insert into stock (product_id, on_hand) select id, :on_hand from added returning on_hand
)
select id, merchant_id, name, description, price_cents, active, on_hand, updated_at from added, stocked
""")

_CHANGE_PRODUCT = text("""
with changed as (
    update products
    set name = coalesce(:name, name), description = coalesce(:description, description),
        price_cents = coalesce(:price_cents, price_cents), active = coalesce(:active, active), updated_at = now()
    where id = :id and merchant_id = :merchant
    returning id, merchant_id, name, description, price_cents, active, updated_at
)
select c.id, merchant_id, name, description, price_cents, active, coalesce(s.on_hand, 0) as on_hand, updated_at
from changed c left join stock s on s.product_id = c.id
""")

# Only what lies on the shelf is counted: units of orders that are under way or delivered are not touched.
_COUNT_STOCK = text("""
with counted as (
    insert into stock (product_id, on_hand)
    select id, :on_hand from products where id = :id and merchant_id = :merchant
    on conflict (product_id) do update set on_hand = excluded.on_hand
    returning product_id, on_hand
)
select p.id, p.merchant_id, p.name, p.description, p.price_cents, p.active, c.on_hand, p.updated_at
from products p join counted c on c.product_id = p.id
""")


def products(engine: Engine, merchant_id: UUID, active: bool, after: UUID | None, limit: int) -> list[Product]:
    """A merchant's products by id, at most limit: those on sale, or those withdrawn."""
    values = {"merchant": merchant_id, "active": active, "after": after, "limit": limit}
    return [Product(*row) for row in in_statement(engine, lambda c: c.execute(_PRODUCTS, values).all())]


def product(engine: Engine, product_id: UUID) -> Product | None:
    row = in_statement(engine, lambda c: c.execute(_ONE_PRODUCT, {"id": product_id}).one_or_none())
    return Product(*row) if row else None


def add_product(
    engine: Engine, merchant_id: UUID, *, name: str, description: str, price_cents: int, active: bool, on_hand: int
) -> Product:
    """A new product of a merchant that exists."""
    values = {
        "merchant": merchant_id,
        "name": name,
        "description": description,
        "price_cents": price_cents,
        "active": active,
        "on_hand": on_hand,
    }
    return Product(*once(engine, lambda c: c.execute(_ADD_PRODUCT, values).one()))


def change_product(engine: Engine, merchant_id: UUID, product_id: UUID, change: ProductChange) -> Product | None:
    """The product as changed, or None if this merchant has no such product."""
    values = {
        "id": product_id,
        "merchant": merchant_id,
        "name": change.name,
        "description": change.description,
        "price_cents": change.price_cents,
        "active": change.active,
    }
    row = once(engine, lambda c: c.execute(_CHANGE_PRODUCT, values).one_or_none())
    return Product(*row) if row else None


def count_stock(engine: Engine, merchant_id: UUID, product_id: UUID, on_hand: int) -> Product | None:
    """Sets the units on hand to what was counted. None if this merchant has no such product."""
    values = {"id": product_id, "merchant": merchant_id, "on_hand": on_hand}
    row = once(engine, lambda c: c.execute(_COUNT_STOCK, values).one_or_none())
    return Product(*row) if row else None
