"""The SQL that prices orders. The statement that places orders and the one that quotes are composed of it.

Both have the tables `asked` (an order per row, n) and `wanted` (an item per row, with the price of the catalogue).
"""

from pedidos.storage.sql import Sql

ASKED = Sql("""n int, customer_id uuid, merchant_id uuid, items json, method text, latitude float8, longitude float8,
        tip bigint, coupon text""")
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

IS_VIP = Sql("exists (select from vips v where v.merchant_id = k.merchant_id and v.customer_id = a.customer_id)")
"""Whether the customer is a VIP of the coupon's merchant."""

COUPON = Sql(
    """
        select id, no_price, case when no_price is null then cents end as cents
        from (
        select k.id, least(coalesce(k.amount_cents, i.total_cents * k.percent / 100), i.total_cents - 1) as cents,
               case when k.id is null or k.vips_only and not {is_vip} then 'coupon_unknown'
                    when not k.active or now() < k.begins or now() >= k.ends then 'coupon_not_now'
                    when i.total_cents < k.minimum_cents then 'coupon_minimum'
                    when n.used >= n.most then 'coupon_used_up'
                    when k.most_per_person is not null and k.most_per_person <= (
                        select count(*) from coupon_uses u
                        where u.coupon_id = k.id and u.customer_id = a.customer_id
                    ) then 'coupon_used_by_you' end as no_price
        from (values (a.coupon)) as given (code)
        left join coupons k on k.merchant_id = a.merchant_id and k.code = given.code
        left join coupon_counts n on n.coupon_id = k.id
        ) judged
""",
    is_vip=IS_VIP,
)
"""The discount of a coupon: an amount, or a part of the items rounded down to the cent, which is what dividing integers
does. At most all but one cent of the items. It reads what is left, and locks nothing: the last use is given out when
stock is reserved."""

COSTS = Sql(
    """
        select i.n, i.free, i.unknown, i.total_cents as items_cents, f.cents as fee_cents, c.cents as discount_cents,
               c.id as coupon_id,
               i.total_cents + coalesce(f.cents, 0) - coalesce(c.cents, 0) + coalesce(a.tip, 0) as total_cents,
               case when a.method is distinct from 'delivery' or f.cents is not null then c.no_price
                    when t.merchant_id is null then 'no_delivery'
                    when a.latitude is null then 'location_needed'
                    else 'too_far' end as no_price
        from asked a
        join ({items}) i using (n)
        left join delivery_terms t on a.method = 'delivery' and t.merchant_id = a.merchant_id
        left join lateral (select {fee} as cents) f on true
        left join lateral ({coupon}) c on a.coupon is not null
""",
    items=ITEMS,
    fee=FEE,
    coupon=COUPON,
)
"""The parts of each order's total. no_price: one of domain.pricing.NoPrice, or null."""
