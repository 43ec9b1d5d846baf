"""The SQL that prices an item of an order: its product, and its choices.

The statements that place and quote orders are composed of it. They have an order per row (a: items), an item per row
(i: product_id, quantity, position, and choices in the form for orders that have some) and its product (p).
"""

from pedidos.storage.sql import Sql

ITEMS = Sql("""(json_to_recordset(a.items) as (product_id uuid, quantity int))
        with ordinality as i (product_id, quantity, position)""")
"""The items of an order, numbered from 1."""

PRICE = Sql("case when not p.needs_choices then p.price_cents end")
"""The price of an item without choices. A product that needs some has none."""

ITEMS_WITH_CHOICES = Sql("""(json_to_recordset(a.items) as (product_id uuid, quantity int, choices uuid[]))
        with ordinality as i (product_id, quantity, choices, position)""")

CHOSEN = Sql("""
    cross join lateral (
        select coalesce(sum(c.price_cents), 0) as cents,
               count(*) = coalesce(cardinality(i.choices), 0)
               and not exists (
                   select from option_groups g
                   where g.product_id = i.product_id and (
                       select count(*) from choices c where c.group_id = g.id and c.id = any(i.choices)
                   ) not between g.least and g.most
               ) as fits,
               jsonb_agg(
                   jsonb_build_object('id', c.id, 'group', g.name, 'name', c.name, 'price_cents', c.price_cents)
                   order by g.position, c.position
               ) as told
        from option_groups g join choices c on c.group_id = g.id
        where g.product_id = i.product_id and c.available and c.id = any(i.choices)
    ) o
""")
"""The choices of an item (o). cents: what they cost in all. fits: all are of the product, available and not made twice,
and each group has as many as it may. told: what the order keeps of them; null if there are none."""

PRICE_WITH_CHOICES = Sql("p.price_cents + o.cents")
"""The price of an item: its product and its choices."""

FIT = Sql("(select n, bool_and(fits) as fits from wanted group by n)")
"""Whether all items of each order have choices that fit."""
