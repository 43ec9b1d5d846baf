"""The SQL that prices orders. The statement that places orders and the one that quotes are composed of it.

Both have the tables `asked` (an order per row, n) and `wanted` (an item per row, with the price of the catalogue).
"""

from pedidos.storage.sql import Sql

ASKED = Sql("""n int, customer_id uuid, merchant_id uuid, items json, method text, latitude float8, longitude float8,
        tip bigint""")
"""The members of an order that its price depends on."""

ITEMS = Sql("""
        select n, sum(quantity::bigint * price_cents)::bigint as total_cents, bool_and(price_cents is not null) as free,
               array_agg(product_id order by position) filter (
                   where price_cents is null and (select true from products where id = product_id) is null
               ) as unknown
        from wanted
        group by n
""")
"""The sum of the items of each order. free: every product could be read. unknown: those that do not exist."""

METRES = Sql("""
        ceil(2 * 6371008.8 * asin(least(1.0, sqrt(
            sin(radians(a.latitude - t.latitude) / 2) ^ 2
            + cos(radians(a.latitude)) * cos(radians(t.latitude)) * sin(radians(a.longitude - t.longitude) / 2) ^ 2
        ))))::int
""")
"""The distance from the merchant (t) to the address (a) in metres, rounded up: the great circle on a sphere with the
mean radius of the Earth (haversine formula; IUGG 1980)."""

FEE = Sql(
    """
        case when i.total_cents >= t.free_from_cents then 0 else 1 end
        * coalesce(t.flat_cents, (
            select b.cents from unnest(t.band_metres, t.band_cents) as b (metres, cents)
            where b.metres >= {metres} order by b.metres limit 1
        ))::bigint
""",
    metres=METRES,
)
"""The delivery fee: flat, or that of the first band that reaches the address. From an amount on it is 0, which makes
no address nearer: too far stays null."""

COSTS = Sql(
    """
        select i.n, i.free, i.unknown, i.total_cents as items_cents, f.cents as fee_cents,
               i.total_cents + coalesce(f.cents, 0) + coalesce(a.tip, 0) as total_cents,
               case when a.method is distinct from 'delivery' or f.cents is not null then null
                    when t.merchant_id is null then 'no_delivery'
                    when a.latitude is null then 'location_needed'
                    else 'too_far' end as no_price
        from asked a
        join ({items}) i using (n)
        left join delivery_terms t on a.method = 'delivery' and t.merchant_id = a.merchant_id
        left join lateral (select {fee} as cents) f on true
""",
    items=ITEMS,
    fee=FEE,
)
"""The parts of each order's total. no_price: one of domain.pricing.NoPrice, or null."""
