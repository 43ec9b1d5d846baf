"""The parts of the statement that places orders for those with extras: what is asked, what it costs, when it begins,
what is written.

A batch in which no order has extras or a time is placed by the statement without these parts, so such orders cost what
they cost before there were any.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pedidos.storage.pricing.costs import COSTS, ITEMS
from pedidos.storage.sql import Sql

MORE_ASKED = Sql(""",
        method text, latitude float8, longitude float8, tip bigint, coupon text, contact jsonb,
        scheduled timestamptz, release timestamptz""")

TOTALS = Sql("({costs})", costs=COSTS)

MORE_JUDGED = Sql(", w.no_price, w.fee_cents, w.discount_cents, w.coupon_id")

RECEIVED = Sql("'received'")
RECEIVED_OR_SCHEDULED = Sql("case when scheduled is null then 'received' else 'scheduled' end")
WHEN_COLUMNS = Sql(", scheduled_for, release_at")
WHEN_VALUES = Sql(", scheduled, release")

MORE_ALLOWED = Sql(" and no_price is null")

# No foreign key of these rows waits: their order is new, and of this transaction.
MORE_WRITTEN = Sql(""", contacts as (
    insert into order_contacts (order_id, contact)
    select placed.id, contact from placed join allowed on allowed.order_id = placed.id
    where contact is not null
), lines as (
    insert into order_lines (order_id, kind, amount_cents, label, coupon_id)
    select placed.id, l.kind, l.cents, coalesce(l.label, ''), l.coupon_id
    from placed join allowed on allowed.order_id = placed.id
    cross join lateral (values
        ('delivery_fee', fee_cents, null, null),
        ('discount', nullif(-discount_cents, 0), coupon, coupon_id),
        ('tip', nullif(tip, 0), null, null)
    ) as l (kind, cents, label, coupon_id)
    where l.cents is not null
)""")

MORE_TOLD = Sql(", judged.no_price")

NOTHING = Sql("")
"""For each of these parts, in the statement without them."""

WITH: Mapping[str, Sql] = MappingProxyType(
    {
        "totals": TOTALS,
        "more_asked": MORE_ASKED,
        "more_judged": MORE_JUDGED,
        "more_allowed": MORE_ALLOWED,
        "status": RECEIVED_OR_SCHEDULED,
        "when_columns": WHEN_COLUMNS,
        "when_values": WHEN_VALUES,
        "more_written": MORE_WRITTEN,
        "more_told": MORE_TOLD,
    }
)
"""For batches in which an order has extras or a time."""

WITHOUT: Mapping[str, Sql] = MappingProxyType(
    {"status": RECEIVED, "totals": Sql("({items})", items=ITEMS)}
    | dict.fromkeys(WITH.keys() - {"status", "totals"}, NOTHING)
)
"""For the others."""
