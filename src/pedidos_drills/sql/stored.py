"""Reads everything that the ledger of a drill needs from the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, text

from pedidos.domain.cursor import Cursor
from pedidos.domain.order import IN_FLIGHT
from pedidos.domain.scheduling import LEAD
from pedidos.storage.engine import in_transaction

_ORDERS = text(f"""
select o.id::text, o.customer_id::text, o.status, o.version, o.total_cents, k.key,
    (select json_agg(json_build_array(product_id, quantity, coalesce(product_cents, unit_price_cents), (
                select coalesce(json_agg((c ->> 'price_cents')::int), '[]') from jsonb_array_elements(choices) as c
            ))) from order_items where order_id = o.id) as lines,
    (select coalesce(json_object_agg(kind, amount_cents), '{{}}') from order_lines where order_id = o.id) as charges,
    (select coupon_id::text from order_lines where order_id = o.id and kind = 'discount') as coupon,
    coalesce((select returned_cents from payments where order_id = o.id), 0) as returned_cents,
    o.status = 'scheduled' and o.release_at < clock_timestamp() - interval '30 seconds' as forgotten,
    o.scheduled_for is not null and exists (
        select from order_events e where e.order_id = o.id and e.type = 'order.placed'
          and e.occurred_at < o.scheduled_for - interval '{LEAD.total_seconds()} seconds'
    ) as early
from orders o left join idempotency_keys k on k.order_id = o.id
""")  # noqa: S608  # constants

_EVENTS = text("select order_id::text, version, type, status, detail ->> 'cause' as cause from order_events")

_STOCK = text("select product_id::text, on_hand, reserved, sold from stock")

_WAITS = text("""
select o.id::text as order_id, o.status, extract(epoch from c.occurred_at)::float8 as confirmed_at,
    extract(epoch from clock_timestamp())::float8 as now, a.outcome,
    extract(epoch from p.occurred_at)::float8 as accepted_at, extract(epoch from m.occurred_at)::float8 as missed_at
from orders o
join order_events c on c.order_id = o.id and c.type = 'order.confirmed'
left join order_events p on p.order_id = o.id and p.type = 'order.preparing'
left join order_events m on m.order_id = o.id and m.type = 'order.cancelled' and m.detail ->> 'cause' = 'not_accepted'
left join acceptances a on a.order_id = o.id
""")

_COUPONS = text("""
select c.id::text, n.most, c.most_per_person, n.used,
    (select coalesce(json_agg(json_build_array(u.order_id, u.customer_id)), '[]') from coupon_uses u
     where u.coupon_id = c.id) as uses
from coupons c join coupon_counts n on n.coupon_id = c.id
""")

_REFUNDS = text("select id::text, order_id::text, request_key, amount_cents, status from refunds")

# The members of today are in the table, and the audit log has the times of those who are none any more. An account that
# was erased has taken with it of whom it was a VIP, and an order that was detached its customer: both are disabled.
_VIP_PRICES = text("""
select o.id::text as order_id, extract(epoch from o.created_at)::float8 as placed_at,
    (select coalesce(json_agg(json_build_array(t.begun, t.ended)), '[]') from (
        select extract(epoch from v.since)::float8 as begun, null::float8 as ended
        from vips v where v.merchant_id = o.merchant_id and v.customer_id = o.customer_id
        union all
        select (select extract(epoch from max(m.at))::float8 from audit_log m
                where m.action = 'merchant.vip_marked' and m.subject = u.subject and m.number < u.number
                  and m.detail ->> 'customer' = u.detail ->> 'customer'),
               extract(epoch from u.at)::float8
        from audit_log u
        where u.action = 'merchant.vip_unmarked' and u.subject = o.merchant_id::text
          and u.detail ->> 'customer' = o.customer_id::text
    ) t) as times
from orders o
join order_lines l on l.order_id = o.id and l.kind = 'discount'
join coupons k on k.id = l.coupon_id and k.vips_only
join accounts a on a.id = o.customer_id and a.active
""")

_RATINGS = text("select order_id::text, merchant_id::text, stars from ratings")

_COUNTED_RATINGS = text("select merchant_id::text, ratings, stars from merchant_ratings")

_HANDED = text("""
select o.id::text as order_id, o.status,
    (select json_agg(json_build_array(a.epoch, a.courier_id, a.ending) order by a.epoch)
     from courier_assignments a where a.order_id = o.id) as turns,
    (select json_agg(json_build_array(e.type, coalesce(e.detail ->> 'by', ''), (e.detail ->> 'epoch')::int)
                     order by e.version) from order_events e where e.order_id = o.id) as told,
    coalesce((select tries from delivery_codes where order_id = o.id), 0) as wrong_codes
from orders o
where (exists (select from courier_assignments a where a.order_id = o.id)
       or exists (select from order_events e where e.order_id = o.id and e.detail ->> 'by' like 'courier:%'))
""")

_DEAD_LETTERS = text("select reason, order_id::text from dead_letters where status = 'open'")

_IN_FLIGHT_OF = text("select id::text from orders where id = any(:orders) and status = any(:in_flight) order by id")


def everything(engine: Engine) -> dict[str, Sequence[Row[Any]]]:
    """Rows of orders, events, waits, handed, stock, coupons, refunds, vip_prices, ratings, counted_ratings and
    dead_letters, from one snapshot."""

    def work(connection: Connection) -> dict[str, Sequence[Row[Any]]]:
        connection.execute(text("set transaction isolation level repeatable read read only"))
        return {
            "orders": connection.execute(_ORDERS).all(),
            "events": connection.execute(_EVENTS).all(),
            "waits": connection.execute(_WAITS).all(),
            "handed": connection.execute(_HANDED).all(),
            "stock": connection.execute(_STOCK).all(),
            "coupons": connection.execute(_COUPONS).all(),
            "refunds": connection.execute(_REFUNDS).all(),
            "vip_prices": connection.execute(_VIP_PRICES).all(),
            "ratings": connection.execute(_RATINGS).all(),
            "counted_ratings": connection.execute(_COUNTED_RATINGS).all(),
            "dead_letters": connection.execute(_DEAD_LETTERS).all(),
        }

    return in_transaction(engine, work)


def stock(engine: Engine) -> Sequence[Row[Any]]:
    """The rows of stock alone, which every version of the schema has."""
    return in_transaction(engine, lambda connection: connection.execute(_STOCK).all())


_SUCCEEDED = text("""
select id, txid::text::bigint as txid, seq from (
    select id, lead(txid) over (order by number) as txid, lead(seq) over (order by number) as seq from event_logs
) logs where txid is not null
""")


def succeeded(engine: Engine) -> dict[str, Cursor]:
    """The earlier logs by their ids, each with the cursor after which the next one begins."""
    rows = in_transaction(engine, lambda connection: connection.execute(_SUCCEEDED).all())
    return {row.id: Cursor(row.txid, row.seq) for row in rows}


_ORDERS_OF = text(f"{_ORDERS.text} where o.id = any(:orders)")
_EVENTS_OF = text(f"{_EVENTS.text} where order_id = any(:orders)")
_WAITS_OF = text(f"{_WAITS.text} where o.id = any(:orders)")
_HANDED_OF = text(f"{_HANDED.text} and o.id = any(:orders)")
_STOCK_OF = text(f"{_STOCK.text} where product_id = any(:products)")
_COUPONS_OF = text(f"{_COUPONS.text} where c.id = any(:coupons)")
_REFUNDS_OF = text(f"{_REFUNDS.text} where order_id = any(:orders)")
_VIP_PRICES_OF = text(f"{_VIP_PRICES.text} where o.id = any(:orders)")
_RATINGS_OF = text(f"{_RATINGS.text} where order_id = any(:orders)")
_DEAD_LETTERS_OF = text(f"{_DEAD_LETTERS.text} and order_id = any(:orders)")
_UNSETTLED_OF = text("""
select order_id::text, status from payments where status in ('pending', 'undoing') and order_id = any(:orders)
union all
select order_id::text, 'refund in part' from refunds where status = 'pending' and order_id = any(:orders)
""")


def everything_of(
    engine: Engine, order_ids: Sequence[UUID], product_ids: Sequence[UUID], coupon_ids: Sequence[UUID] = ()
) -> dict[str, Sequence[Row[Any]]]:
    """The same rows of these orders, products and coupons only, and their unsettled payments. No process may write
    meanwhile."""

    def work(connection: Connection) -> dict[str, Sequence[Row[Any]]]:
        orders, products = {"orders": list(order_ids)}, {"products": list(product_ids)}
        return {
            "orders": connection.execute(_ORDERS_OF, orders).all(),
            "events": connection.execute(_EVENTS_OF, orders).all(),
            "waits": connection.execute(_WAITS_OF, orders).all(),
            "handed": connection.execute(_HANDED_OF, orders).all(),
            "stock": connection.execute(_STOCK_OF, products).all(),
            "coupons": connection.execute(_COUPONS_OF, {"coupons": list(coupon_ids)}).all(),
            "refunds": connection.execute(_REFUNDS_OF, orders).all(),
            "vip_prices": connection.execute(_VIP_PRICES_OF, orders).all(),
            "ratings": connection.execute(_RATINGS_OF, orders).all(),
            "dead_letters": connection.execute(_DEAD_LETTERS_OF, orders).all(),
            "unsettled": connection.execute(_UNSETTLED_OF, orders).all(),
        }

    return in_transaction(engine, work)


def in_flight_of(engine: Engine, order_ids: Sequence[UUID]) -> Sequence[str]:
    """The orders among these that have not come to their end."""
    values = {"orders": list(order_ids), "in_flight": [str(status) for status in IN_FLIGHT]}
    return in_transaction(engine, lambda connection: connection.execute(_IN_FLIGHT_OF, values).scalars().all())


_CHARGING = text("""
select o.id::text, case when p.attempts = 1 and p.lease_until > clock_timestamp() then e.detail ->> 'by' end as by
from orders o join order_events e on e.order_id = o.id and e.version = o.version join payments p on p.order_id = o.id
where o.status = 'charging'
""")


def charging(engine: Engine) -> dict[str, str | None]:
    """Orders that are being charged, each with the worker that is asking about it for the first time, if any."""
    return {row.id: row.by for row in in_transaction(engine, lambda connection: connection.execute(_CHARGING).all())}
