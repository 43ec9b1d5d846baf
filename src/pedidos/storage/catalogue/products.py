"""Products with their price and stock.

Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.access import ProductScope
from pedidos.domain.audit import Action, Entry, Who
from pedidos.storage.arrays import uuids
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once
from pedidos.storage.sql import Sql


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
    """None leaves a field unchanged."""

    name: str | None = None
    description: str | None = None
    price_cents: int | None = None
    active: bool | None = None


_PRODUCTS_WITH_STOCK = Sql(
    """select p.id, p.merchant_id, p.name, p.description, p.price_cents, p.active,
    coalesce(s.on_hand, 0) as on_hand, p.updated_at
from products p left join stock s on s.product_id = p.id"""
)

_VISIBLE = Sql(
    """(%(everything)s or p.merchant_id = %(own)s::uuid
       or p.active and (select active from merchants where id = p.merchant_id))"""
)
"""Products of a scope: domain.access.ProductScope."""

_PRODUCTS = Sql(
    """
{products_with_stock}
where p.merchant_id = %(merchant)s and p.active = %(active)s and (%(after)s::uuid is null or p.id > %(after)s)
  and {visible}
order by p.id limit %(limit)s
""",
    products_with_stock=_PRODUCTS_WITH_STOCK,
    visible=_VISIBLE,
)

# The text is wanted as it is: its % and _ are no wildcards.
_SEARCH = Sql(
    """
{products_with_stock}
where p.merchant_id = %(merchant)s and p.active and strpos(lower(p.name), lower(%(wanted)s)) > 0
order by p.name, p.id limit %(limit)s
""",
    products_with_stock=_PRODUCTS_WITH_STOCK,
)

_BY_IDS = Sql("{products_with_stock} where p.id = any(%(ids)s::uuid[])", products_with_stock=_PRODUCTS_WITH_STOCK)

_ONE_PRODUCT = Sql(
    "{products_with_stock} where p.id = %(id)s and {visible}",
    products_with_stock=_PRODUCTS_WITH_STOCK,
    visible=_VISIBLE,
)

_ADD_PRODUCT = """
with added as (
    insert into products (merchant_id, name, description, price_cents, active, request_key)
    values (%(merchant)s, %(name)s, %(description)s, %(price_cents)s, %(active)s, %(key)s)
    on conflict (merchant_id, request_key) where request_key is not null do nothing
    returning id, merchant_id, name, description, price_cents, active, updated_at
), stocked as (
    insert into stock (product_id, on_hand) select id, %(on_hand)s from added returning on_hand
), kept as (
    insert into stock_changes (product_id, kind, former, on_hand, reason, account_id)
    select id, 'counted', 0, %(on_hand)s, '', %(account)s from added where %(on_hand)s > 0
)
select id, merchant_id, name, description, price_cents, active, on_hand, updated_at from added, stocked
"""

_ADDED_BEFORE = Sql(
    "{products_with_stock} where p.merchant_id = %(merchant)s and p.request_key = %(key)s",
    products_with_stock=_PRODUCTS_WITH_STOCK,
)

_CHANGE_PRODUCT = """
with changed as (
    update products
    set name = coalesce(%(name)s, name), description = coalesce(%(description)s, description),
        price_cents = coalesce(%(price_cents)s, price_cents), active = coalesce(%(active)s, active), updated_at = now()
    where id = %(id)s and merchant_id = %(merchant)s
      and (%(seen)s::timestamptz is null or updated_at = %(seen)s)
    returning id, merchant_id, name, description, price_cents, active, updated_at,
        old.price_cents as former_price, old.active as formerly_active
)
select c.id, merchant_id, name, description, price_cents, active, coalesce(s.on_hand, 0) as on_hand, updated_at,
    former_price, formerly_active
from changed c left join stock s on s.product_id = c.id
"""


def products(
    engine: Engine, scope: ProductScope, merchant_id: UUID, active: bool, after: UUID | None, limit: int
) -> list[Product]:
    """A merchant's products in the scope by id, at most limit: those on sale, or those withdrawn."""
    values = {"merchant": merchant_id, "active": active, "after": after, "limit": limit, **_scope_values(scope)}
    return [Product(*row) for row in in_statement(engine, lambda c: c.exec_driver_sql(_PRODUCTS.text, values).all())]


def search(engine: Engine, merchant_id: UUID, wanted: str, limit: int) -> list[Product]:
    """A merchant's products on sale whose name contains this text, in any case, by name; at most limit."""
    values = {"merchant": merchant_id, "wanted": wanted, "limit": limit}
    return [Product(*row) for row in in_statement(engine, lambda c: c.exec_driver_sql(_SEARCH.text, values).all())]


def by_ids(engine: Engine, product_ids: Sequence[UUID]) -> list[Product]:
    """The products with these ids, in no order; also those that are not on sale."""
    values = {"ids": uuids(product_ids)}
    return [Product(*row) for row in in_statement(engine, lambda c: c.exec_driver_sql(_BY_IDS.text, values).all())]


def product(engine: Engine, scope: ProductScope, product_id: UUID) -> Product | None:
    """The product, or None if the scope has no such product."""
    return in_statement(engine, lambda connection: read(connection, scope, product_id))


def read(connection: Connection, scope: ProductScope, product_id: UUID) -> Product | None:
    """The same, in a transaction."""
    values = {"id": product_id, **_scope_values(scope)}
    row = connection.exec_driver_sql(_ONE_PRODUCT.text, values).one_or_none()
    return Product(*row) if row else None


def _scope_values(scope: ProductScope) -> dict[str, object]:
    return {"everything": scope.everything, "own": scope.merchant_id}


def add_product(
    engine: Engine,
    merchant_id: UUID,
    who: Who,
    *,
    name: str,
    description: str,
    price_cents: int,
    active: bool,
    on_hand: int,
    key: str | None = None,
) -> Product:
    """A new product of a merchant that exists. key: of the request; the product that the same one has added before is
    returned as it is now."""
    values = {
        "merchant": merchant_id,
        "name": name,
        "description": description,
        "price_cents": price_cents,
        "active": active,
        "on_hand": on_hand,
        "key": key,
        "account": who.account_id,
    }

    def work(connection: Connection) -> Product:
        row = connection.exec_driver_sql(_ADD_PRODUCT, values).one_or_none()
        if row is None:
            return Product(*connection.exec_driver_sql(_ADDED_BEFORE.text, values).one())
        product = Product(*row)
        detail = {"price_cents": price_cents, "active": active, "on_hand": on_hand}
        write(connection, Entry(Action.PRODUCT_ADDED, who, str(product.id), detail=detail))
        return product

    return once(engine, work)


def change_product(
    engine: Engine,
    merchant_id: UUID,
    product_id: UUID,
    change: ProductChange,
    who: Who,
    seen: datetime | None = None,
) -> Product | None:
    """The product as changed, or None if this merchant has no such product. seen: its updated_at on which the change is
    based; None is returned too if it has changed since."""
    values = {
        "id": product_id,
        "merchant": merchant_id,
        "name": change.name,
        "description": change.description,
        "price_cents": change.price_cents,
        "active": change.active,
        "seen": seen,
    }

    def work(connection: Connection) -> Product | None:
        row = connection.exec_driver_sql(_CHANGE_PRODUCT, values).one_or_none()
        if row is None:
            return None
        *fields, former_price, formerly_active = row
        product = Product(*fields)
        detail = {"price_cents": [former_price, product.price_cents], "active": [formerly_active, product.active]}
        write(connection, Entry(Action.PRODUCT_CHANGED, who, str(product.id), detail=detail))
        return product

    return once(engine, work)
