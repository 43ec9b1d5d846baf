"""The options of products as their merchants edit them: groups of choices, replaced as a whole.

Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine

from pedidos.domain.access import ProductScope
from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.options import NewGroup
from pedidos.storage.audit_log.writing import write
from pedidos.storage.catalogue.products import Product, read
from pedidos.storage.once import once

_LOCK = """
select from products
where id = %(product)s and merchant_id = %(merchant)s and (%(seen)s::timestamptz is null or updated_at = %(seen)s)
for no key update
"""

# What keeps its name keeps its id, so that baskets and what is sold out today survive.
_SET_GROUPS = """
with wanted as (
    select * from rows from (json_to_recordset(%(groups)s::json) as (name text, least int, most int))
        with ordinality as w (name, least, most, position)
), gone as (
    delete from option_groups where product_id = %(product)s and name not in (select name from wanted)
)
insert into option_groups (product_id, name, least, most, position)
select %(product)s, name, least, most, position from wanted
on conflict (product_id, name) do update
    set least = excluded.least, most = excluded.most, position = excluded.position
"""

_SET_CHOICES = """
with wanted as (
    select g.id as group_id, w.name, w.price_cents, w.available, w.position
    from option_groups g
    cross join rows from (json_to_recordset(%(groups)s::json) as (name text, choices json)) as q (group_name, choices)
    cross join rows from (json_to_recordset(q.choices) as (name text, price_cents int, available boolean))
        with ordinality as w (name, price_cents, available, position)
    where g.product_id = %(product)s and g.name = q.group_name
), gone as (
    delete from choices c using option_groups g
    where g.id = c.group_id and g.product_id = %(product)s
      and not exists (select from wanted w where w.group_id = c.group_id and w.name = c.name)
)
insert into choices (group_id, name, price_cents, available, position)
select group_id, name, price_cents, available, position from wanted
on conflict (group_id, name) do update
    set price_cents = excluded.price_cents, available = excluded.available, position = excluded.position
"""

_NOTE = "update products set needs_choices = %(needed)s, updated_at = now() where id = %(product)s"


def set_groups(
    engine: Engine,
    merchant_id: UUID,
    product_id: UUID,
    groups: Sequence[NewGroup],
    who: Who,
    seen: datetime | None = None,
) -> Product | None:
    """Replaces the groups of a product, which have no faults (domain.options.group_faults). Returns the product, or
    None if this merchant has no such product. seen: its updated_at on which the change is based; None is returned too
    if it has changed since."""
    values = {"merchant": merchant_id, "product": product_id, "seen": seen}

    def work(connection: Connection) -> Product | None:
        if connection.exec_driver_sql(_LOCK, values).one_or_none() is None:
            return None
        replace(connection, product_id, groups)
        detail = {
            "groups": [[group.least, group.most, [each.price_cents for each in group.choices]] for group in groups]
        }
        write(connection, Entry(Action.PRODUCT_OPTIONS_SET, who, str(product_id), detail=detail))
        return read(connection, ProductScope(merchant_id), product_id)

    return once(engine, work)


def replace(connection: Connection, product_id: UUID, groups: Sequence[NewGroup]) -> None:
    """Replaces the groups of a product that is locked or new, in a transaction."""
    values = {
        "product": product_id,
        "groups": orjson.dumps([_document(group) for group in groups]).decode(),
        "needed": any(group.least > 0 for group in groups),
    }
    for statement in (_SET_GROUPS, _SET_CHOICES, _NOTE):
        connection.exec_driver_sql(statement, values)


def _document(group: NewGroup) -> dict[str, Any]:
    return {**group._asdict(), "choices": [choice._asdict() for choice in group.choices]}
