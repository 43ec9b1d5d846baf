"""The pictures of products. A list of products has what is needed to show them; their bytes are read one by one.

Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.access import ProductScope
from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.picture import Picture
from pedidos.storage.audit_log.writing import write
from pedidos.storage.catalogue.products import VISIBLE, Product, read, scope_values
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once
from pedidos.storage.sql import Sql

# The same picture again changes nothing, and is not noted.
_SET = """
insert into product_pictures as before (product_id, version, width, height, content)
select id, %(version)s, %(width)s, %(height)s, %(content)s from products
where id = %(product)s and merchant_id = %(merchant)s
on conflict (product_id) do update
set version = excluded.version, width = excluded.width, height = excluded.height, content = excluded.content
where before.version <> excluded.version
returning product_id
"""

_REMOVE = """
delete from product_pictures k using products p
where k.product_id = %(product)s and p.id = k.product_id and p.merchant_id = %(merchant)s
returning k.product_id
"""

_CONTENT = Sql(
    """
select k.content, p.active and (select active from merchants where id = p.merchant_id) as for_everyone
from product_pictures k join products p on p.id = k.product_id
where k.product_id = %(id)s and k.version = %(version)s and {visible}
""",
    visible=VISIBLE,
)


class Content(NamedTuple):
    """for_everyone: whether everyone may see it: the product is on sale."""

    content: bytes
    for_everyone: bool


def set_picture(engine: Engine, merchant_id: UUID, product_id: UUID, picture: Picture, who: Who) -> Product | None:
    """Gives a product its picture, in place of the one it had. Returns the product, or None if this merchant has no
    such product."""
    return _change(engine, _SET, merchant_id, product_id, Action.PRODUCT_PICTURE_SET, who, _values(picture))


def insert(connection: Connection, merchant_id: UUID, product_id: UUID, picture: Picture) -> None:
    """Gives a product that is being made its picture, in a transaction."""
    connection.exec_driver_sql(_SET, {"product": product_id, "merchant": merchant_id, **_values(picture)})


def remove_picture(engine: Engine, merchant_id: UUID, product_id: UUID, who: Who) -> Product | None:
    """Removes the picture of a product, if it has one. Returns the product, or None if this merchant has no such
    product."""
    return _change(engine, _REMOVE, merchant_id, product_id, Action.PRODUCT_PICTURE_REMOVED, who)


def content(engine: Engine, scope: ProductScope, product_id: UUID, version: str) -> Content | None:
    """The bytes of this version of a product's picture, if the scope has the product."""
    values = {"id": product_id, "version": version, **scope_values(scope)}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_CONTENT.text, values).one_or_none())
    return Content(bytes(row.content), row.for_everyone) if row else None


def _change(
    engine: Engine,
    statement: str,
    merchant_id: UUID,
    product_id: UUID,
    action: Action,
    who: Who,
    more: Mapping[str, object] = MappingProxyType({}),
) -> Product | None:
    """Runs a statement that returns a row if it changes something."""
    values = {"product": product_id, "merchant": merchant_id, **more}

    def work(connection: Connection) -> Product | None:
        changed = connection.exec_driver_sql(statement, values).one_or_none() is not None
        product = read(connection, ProductScope(merchant_id), product_id)
        if changed:
            write(connection, Entry(action, who, str(product_id)))
        return product if product is not None and product.merchant_id == merchant_id else None

    return once(engine, work)


def _values(picture: Picture) -> dict[str, object]:
    return {
        "version": picture.version,
        "width": picture.width,
        "height": picture.height,
        "content": picture.content,
    }
