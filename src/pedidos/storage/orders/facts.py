"""The facts about orders that validation needs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from pedidos.domain.order import Status
from pedidos.domain.schedule import Closure, Interval
from pedidos.domain.validation import MerchantFacts, OrderFacts
from pedidos.storage.arrays import uuids
from pedidos.storage.sql import Sql

_ASKED = Sql(
    """asked as materialized (
    select id, customer_id, merchant_id, created_at, scheduled_for, total_cents from orders
    where id = any(%(ids)s::uuid[]) and status = %(status)s
), shops as materialized (
    select id, active, time_zone,
           (select coalesce(json_agg(json_build_array(weekday, opens, closes)), '[]')::text
            from opening_hours where merchant_id = m.id) as hours,
           (select coalesce(json_agg(array[extract(epoch from begins), extract(epoch from ends)]), '[]')::text
            from closures where merchant_id = m.id and ends > (select min(created_at) from asked)) as closures
    from merchants m where id in (select merchant_id from asked)
)"""
)

_SOLD_OUT_CHOICES = Sql("""jsonb_array_elements(i.choices) as chosen
        join choices c on c.id = (chosen ->> 'id')::uuid and c.sold_out_until > now()""")
"""The choices (c) of an item (i) that are sold out today."""

_FACTS = Sql(
    """
with {asked}
select o.id, o.created_at, o.scheduled_for, o.total_cents,
       c.active as customer_active, m.active as merchant_active, m.time_zone,
       m.hours, m.closures, coalesce(p.inactive, '{{}}') as inactive, coalesce(p.elsewhere, '{{}}') as elsewhere,
       coalesce(p.sold_out, '{{}}') as sold_out
from asked o
join accounts c on c.id = o.customer_id
join shops m on m.id = o.merchant_id
left join lateral (
    select array_agg(i.name order by i.position) filter (where not p.active) as inactive,
           array_agg(i.name order by i.position) filter (where p.merchant_id <> o.merchant_id) as elsewhere,
           array_agg(case when p.sold_out_until > now() then i.name else i.name || ' (' || c.names || ')' end
                     order by i.position) filter (where p.sold_out_until > now() or c.names is not null) as sold_out
    from order_items i join products p on p.id = i.product_id
    left join lateral (
        select string_agg(c.name, ', ' order by c.position) as names from {sold_out_choices}
    ) c on i.choices is not null
    where i.order_id = o.id
) p on true
""",
    asked=_ASKED,
    sold_out_choices=_SOLD_OUT_CHOICES,
)

# Orders of which an item cannot be sold, or of which there are too few units, are told apart here, and not why. What is
# left of a coupon is not looked at.
_FACTS_OF_SELLABLE = Sql(
    """
with {asked}
select o.id, o.created_at, o.scheduled_for, o.total_cents,
       c.active as customer_active, m.active as merchant_active, m.time_zone,
       m.hours, m.closures, p.sellable, p.enough,
       exists (select from order_lines l where l.order_id = o.id and l.kind = 'discount') as with_coupon
from asked o
join accounts c on c.id = o.customer_id
join shops m on m.id = o.merchant_id
join lateral (
    select bool_and(p.active and p.merchant_id = o.merchant_id and coalesce(p.sold_out_until <= now(), true)
                    and (i.choices is null or not exists (select from {sold_out_choices}))) as sellable,
           bool_and(coalesce(s.on_hand, 0) >= i.quantity) as enough
    from order_items i join products p on p.id = i.product_id left join stock s on s.product_id = i.product_id
    where i.order_id = o.id
) p on true
""",
    asked=_ASKED,
    sold_out_choices=_SOLD_OUT_CHOICES,
)


@dataclass(frozen=True, slots=True)
class Prospects:
    """Orders at a glance. sellable: the facts of those of which each item is sold by their merchant, and is on hand;
    the quantities of the orders are not added up. unsellable, scarce, with_coupon: the others."""

    sellable: dict[UUID, OrderFacts]
    unsellable: list[UUID]
    scarce: list[UUID]
    with_coupon: list[UUID]


def order_facts(connection: Connection, order_ids: Sequence[UUID], status: Status) -> dict[UUID, OrderFacts]:
    """The current facts of the orders that are in this state."""
    rows = connection.exec_driver_sql(_FACTS.text, {"ids": uuids(order_ids), "status": status})
    return {row.id: _facts(row, row.inactive, row.elsewhere, row.sold_out) for row in rows}


def prospects(connection: Connection, order_ids: Sequence[UUID], status: Status) -> Prospects:
    """The same for orders most of which are as they should be."""
    found = Prospects({}, [], [], [])
    for row in connection.exec_driver_sql(_FACTS_OF_SELLABLE.text, {"ids": uuids(order_ids), "status": status}):
        if not row.sellable:
            found.unsellable.append(row.id)
        elif not row.enough:
            found.scarce.append(row.id)
        elif row.with_coupon:
            found.with_coupon.append(row.id)
        else:
            found.sellable[row.id] = _facts(row, (), (), ())
    return found


def _facts(row: Row[Any], inactive: Sequence[str], elsewhere: Sequence[str], sold_out: Sequence[str]) -> OrderFacts:
    return OrderFacts(
        row.scheduled_for or row.created_at,
        row.total_cents,
        row.customer_active,
        MerchantFacts(row.merchant_active, row.time_zone, _hours(row.hours), _closures(row.closures)),
        tuple(inactive),
        tuple(elsewhere),
        tuple(sold_out),
        scheduled=row.scheduled_for is not None,
    )


@lru_cache(maxsize=1024)
def _hours(text: str) -> tuple[Interval, ...]:
    """Parses opening hours as PostgreSQL writes them. Cached, since most orders of a batch are of few merchants."""
    return tuple(Interval(*interval) for interval in json.loads(text))


@lru_cache(maxsize=1024)
def _closures(text: str) -> tuple[Closure, ...]:
    """Parses closures, as pairs of seconds since the epoch. Cached as the hours are."""
    return tuple(
        Closure(datetime.fromtimestamp(begins, UTC), datetime.fromtimestamp(ends, UTC))
        for begins, ends in json.loads(text)
    )
