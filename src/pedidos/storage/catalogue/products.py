"""Products with their price and stock.

Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row

from pedidos.domain.access import ProductScope
from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.options import Choice, Group
from pedidos.domain.picture import Shown
from pedidos.storage.arrays import uuids
from pedidos.storage.audit_log.writing import write
from pedidos.storage.catalogue.matching import MOST_MATCHES, PRODUCT_MATCHES
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once
from pedidos.storage.sql import Sql


@dataclass(frozen=True, slots=True)
class Product:
    """on_hand: units that can still be ordered. sold_out_until: the end of the shop's day, if it is sold out today.
    category: under which the menu has it; may be empty."""

    id: UUID
    merchant_id: UUID
    name: str
    description: str
    price_cents: int
    active: bool
    on_hand: int
    updated_at: datetime
    sold_out_until: datetime | None = None
    category: str = ""
    groups: Sequence[Group] = ()
    picture: Shown | None = None

    @property
    def orderable(self) -> bool:
        """Whether there is something to order."""
        return self.on_hand > 0 and self.sold_out_until is None


@dataclass(frozen=True, slots=True)
class ProductChange:
    """None leaves a field unchanged."""

    name: str | None = None
    description: str | None = None
    price_cents: int | None = None
    active: bool | None = None
    category: str | None = None


_GROUPS = Sql("""(
        select coalesce(json_agg(json_build_array(g.id, g.name, g.least, g.most, (
            select coalesce(json_agg(json_build_array(c.id, c.name, c.price_cents, c.available,
                       case when c.sold_out_until > now() then c.sold_out_until end) order by c.position), '[]')
            from choices c where c.group_id = g.id
        )) order by g.position), '[]')
        from option_groups g where g.product_id = p.id
    )""")

_PRODUCTS_WITH_STOCK = Sql(
    """select p.id, p.merchant_id, p.name, p.description, p.price_cents, p.active,
    coalesce(s.on_hand, 0) as on_hand, p.updated_at,
    case when p.sold_out_until > now() then p.sold_out_until end as sold_out_until, p.category, {groups} as groups,
    k.version as picture_version, k.width, k.height
from products p left join stock s on s.product_id = p.id left join product_pictures k on k.product_id = p.id""",
    groups=_GROUPS,
)

VISIBLE = Sql(
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
    visible=VISIBLE,
)

_MENU = Sql(
    """
{products_with_stock}
where p.merchant_id = %(merchant)s and p.active
order by p.category, p.name, p.id limit %(limit)s
""",
    products_with_stock=_PRODUCTS_WITH_STOCK,
)

_MENU_SEARCH = Sql(
    """
{products_with_stock}
where p.merchant_id = %(merchant)s and p.active and {matches}
order by p.category, p.name, p.id limit %(limit)s
""",
    products_with_stock=_PRODUCTS_WITH_STOCK,
    matches=PRODUCT_MATCHES,
)

# The limit bounds what a common word reads: the index of the words has no order that a page could follow.
_SEARCH = Sql(
    """
with matching as materialized (
    select p.id from products p
    where {matches} and p.active and (%(merchant)s::uuid is null or p.merchant_id = %(merchant)s)
    limit %(most)s
)
{products_with_stock}
where p.id in (select id from matching) and (select active from merchants where id = p.merchant_id)
  and (%(after)s::uuid is null or p.id > %(after)s)
order by p.id limit %(limit)s
""",
    products_with_stock=_PRODUCTS_WITH_STOCK,
    matches=PRODUCT_MATCHES,
)

_BY_IDS = Sql("{products_with_stock} where p.id = any(%(ids)s::uuid[])", products_with_stock=_PRODUCTS_WITH_STOCK)

_ONE_PRODUCT = Sql(
    "{products_with_stock} where p.id = %(id)s and {visible}",
    products_with_stock=_PRODUCTS_WITH_STOCK,
    visible=VISIBLE,
)

_ADD_PRODUCT = """
with added as (
    insert into products (merchant_id, name, description, price_cents, active, category, request_key)
    values (%(merchant)s, %(name)s, %(description)s, %(price_cents)s, %(active)s, %(category)s, %(key)s)
    on conflict (merchant_id, request_key) where request_key is not null do nothing
    returning id, merchant_id, name, description, price_cents, active, updated_at, category
), stocked as (
    insert into stock (product_id, on_hand) select id, %(on_hand)s from added returning on_hand
), kept as (
    insert into stock_changes (product_id, kind, former, on_hand, reason, account_id)
    select id, 'counted', 0, %(on_hand)s, '', %(account)s from added where %(on_hand)s > 0
)
select id, merchant_id, name, description, price_cents, active, on_hand, updated_at, null as sold_out_until, category
from added, stocked
"""

_ADDED_BEFORE = Sql(
    "{products_with_stock} where p.merchant_id = %(merchant)s and p.request_key = %(key)s",
    products_with_stock=_PRODUCTS_WITH_STOCK,
)

_CHANGE_PRODUCT = """
with changed as (
    update products
    set name = coalesce(%(name)s, name), description = coalesce(%(description)s, description),
        price_cents = coalesce(%(price_cents)s, price_cents), active = coalesce(%(active)s, active),
        category = coalesce(%(category)s, category), updated_at = now()
    where id = %(id)s and merchant_id = %(merchant)s
      and (%(seen)s::timestamptz is null or updated_at = %(seen)s)
    returning price_cents, active, old.price_cents as former_price, old.active as formerly_active
)
select price_cents, active, former_price, formerly_active from changed
"""


def products(
    engine: Engine, scope: ProductScope, merchant_id: UUID, active: bool, after: UUID | None, limit: int
) -> list[Product]:
    """A merchant's products in the scope by id, at most limit: those on sale, or those withdrawn."""
    values = {"merchant": merchant_id, "active": active, "after": after, "limit": limit, **scope_values(scope)}
    return [_product(row) for row in in_statement(engine, lambda c: c.exec_driver_sql(_PRODUCTS.text, values).all())]


def menu(engine: Engine, merchant_id: UUID, wanted: str, limit: int) -> list[Product]:
    """A merchant's products on sale by category and name, at most limit: all, or those that match what is wanted."""
    values = {"merchant": merchant_id, "wanted": wanted, "limit": limit}
    statement = _MENU_SEARCH if wanted else _MENU
    return [_product(row) for row in in_statement(engine, lambda c: c.exec_driver_sql(statement.text, values).all())]


def search(
    engine: Engine, wanted: str, after: UUID | None, limit: int, merchant_id: UUID | None = None
) -> list[Product]:
    """Products on sale that match what is wanted, of one merchant or of all, by id, at most limit. after: the id of the
    last one of the page before. Of more than MOST_MATCHES, some are left out."""
    values = {"wanted": wanted, "merchant": merchant_id, "after": after, "limit": limit, "most": MOST_MATCHES}
    return [_product(row) for row in in_statement(engine, lambda c: c.exec_driver_sql(_SEARCH.text, values).all())]


def by_ids(engine: Engine, product_ids: Sequence[UUID]) -> list[Product]:
    """The products with these ids, in no order; also those that are not on sale."""
    values = {"ids": uuids(product_ids)}
    return [_product(row) for row in in_statement(engine, lambda c: c.exec_driver_sql(_BY_IDS.text, values).all())]


def product(engine: Engine, scope: ProductScope, product_id: UUID) -> Product | None:
    """The product, or None if the scope has no such product."""
    return in_statement(engine, lambda connection: read(connection, scope, product_id))


def read(connection: Connection, scope: ProductScope, product_id: UUID) -> Product | None:
    """The same, in a transaction."""
    values = {"id": product_id, **scope_values(scope)}
    row = connection.exec_driver_sql(_ONE_PRODUCT.text, values).one_or_none()
    return _product(row) if row else None


def _product(row: Row[Any]) -> Product:
    return Product(
        row.id,
        row.merchant_id,
        row.name,
        row.description,
        row.price_cents,
        row.active,
        row.on_hand,
        row.updated_at,
        row.sold_out_until,
        row.category,
        [_group(*each) for each in row.groups],
        Shown(row.picture_version, row.width, row.height) if row.picture_version else None,
    )


def _group(group_id: str, name: str, least: int, most: int, choices: Sequence[tuple[Any, ...]]) -> Group:
    return Group(UUID(group_id), name, least, most, [_choice(*each) for each in choices])


def _choice(choice_id: str, name: str, price_cents: int, available: bool, sold_out_until: str | None) -> Choice:
    until = datetime.fromisoformat(sold_out_until) if sold_out_until else None
    return Choice(UUID(choice_id), name, price_cents, available, until)


def scope_values(scope: ProductScope) -> dict[str, object]:
    """The parameters of VISIBLE."""
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
    category: str = "",
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
        "category": category,
        "key": key,
        "account": who.account_id,
    }

    def work(connection: Connection) -> Product:
        row = connection.exec_driver_sql(_ADD_PRODUCT, values).one_or_none()
        if row is None:
            return _product(connection.exec_driver_sql(_ADDED_BEFORE.text, values).one())
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
        "category": change.category,
        "seen": seen,
    }

    def work(connection: Connection) -> Product | None:
        row = connection.exec_driver_sql(_CHANGE_PRODUCT, values).one_or_none()
        if row is None:
            return None
        detail = {"price_cents": [row.former_price, row.price_cents], "active": [row.formerly_active, row.active]}
        write(connection, Entry(Action.PRODUCT_CHANGED, who, str(product_id), detail=detail))
        return read(connection, ProductScope(merchant_id), product_id)

    return once(engine, work)
