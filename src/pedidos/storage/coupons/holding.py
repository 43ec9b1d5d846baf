"""Coupons that orders hold. The step that reserves stock takes them, and what returns stock gives them back.

Every transaction locks orders first, then payments, then stock, then coupons, these by their ids.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.coupons import UNLIMITED, CouponUse, UsesLeft
from pedidos.domain.stock import Scarce
from pedidos.storage.arrays import uuids
from pedidos.storage.sql import Sql

WANTED = Sql("""
    left join lateral (
        select l.coupon_id, o.customer_id from order_lines l join orders o on o.id = l.order_id
        where l.order_id = w.order_id and l.kind = 'discount'
    ) c on true
""")
"""The coupon (c) that the order of a row (w) wants, if any."""

KEEP_OTHERS_OUT = Sql("for no key update")
"""Batches that want the same coupon wait for each other. So none of them counts uses that another is about to add."""

_LOCK = Sql(
    """
select coupon_id, most - used as left from coupon_counts where coupon_id = any(%(coupons)s::uuid[])
order by coupon_id {keep_others_out}
""",
    keep_others_out=KEEP_OTHERS_OUT,
)

# A statement of its own, after the locks: it sees all uses that the transactions before have committed.
_OF_PEOPLE = """
select w.coupon_id, w.customer_id, case when c.most_per_person is not null then c.most_per_person - (
    select count(*) from coupon_uses u where u.coupon_id = w.coupon_id and u.customer_id = w.customer_id
) end as left
from unnest(%(coupons)s::uuid[], %(customers)s::uuid[]) as w (coupon_id, customer_id)
join coupons c on c.id = w.coupon_id
"""

_USE = """
with used as (
    insert into coupon_uses (order_id, coupon_id, customer_id)
    select * from unnest(%(orders)s::uuid[], %(coupons)s::uuid[], %(customers)s::uuid[])
    returning coupon_id
)
update coupon_counts c set used = c.used + u.uses
from (select coupon_id, count(*) as uses from used group by coupon_id) u
where c.coupon_id = u.coupon_id
"""

# The caller has locked the orders, so no other transaction deletes their uses.
_GIVE_BACK = """
with given as (
    delete from coupon_uses where order_id = any(%(ids)s::uuid[]) returning coupon_id
), uses as materialized (
    select coupon_id, count(*)::int as uses from given group by coupon_id
), locked as materialized (
    select coupon_id from coupon_counts where coupon_id in (select coupon_id from uses)
    order by coupon_id for no key update
)
update coupon_counts c set used = c.used - u.uses
from uses u join locked using (coupon_id)
where c.coupon_id = u.coupon_id
"""


def lock_left(connection: Connection, uses: Collection[CouponUse]) -> dict[Scarce, int]:
    """Locks the coupons until the transaction ends. Returns how many uses are left, of each and for each person."""
    if not uses:
        return {}
    values = {
        "coupons": uuids({use.coupon_id for use in uses}),
    }
    left: dict[Scarce, int] = {
        UsesLeft(row.coupon_id): uses_left(row.left) for row in connection.exec_driver_sql(_LOCK.text, values)
    }
    people = list({(use.coupon_id, use.customer_id) for use in uses})
    values = {"coupons": uuids(coupon for coupon, _ in people), "customers": uuids(customer for _, customer in people)}
    for row in connection.exec_driver_sql(_OF_PEOPLE, values):
        left[UsesLeft(row.coupon_id, row.customer_id)] = uses_left(row.left)
    return left


def use(connection: Connection, uses: Mapping[UUID, CouponUse]) -> None:
    """Notes that these orders use their coupons. The caller has locked the coupons, and knows that uses are left."""
    if uses:
        values = {
            "orders": uuids(uses),
            "coupons": uuids(each.coupon_id for each in uses.values()),
            "customers": uuids(each.customer_id for each in uses.values()),
        }
        connection.exec_driver_sql(_USE, values)


def give_back(connection: Connection, order_ids: Sequence[UUID]) -> None:
    """Gives back what the orders use; those without a coupon are not changed. The caller has locked the orders."""
    if order_ids:
        connection.exec_driver_sql(_GIVE_BACK, {"ids": uuids(order_ids)})


def uses_left(left: int | None) -> int:
    """The uses that are left, of a limit that there may not be."""
    return UNLIMITED if left is None else left
