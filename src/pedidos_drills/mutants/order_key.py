"""A key that comes again is as good as a new one. Breaks "nothing invented": a repeated request is a second order."""

from pedidos.storage.orders import placing
from pedidos_drills.safeguard import Safeguard, cut

SAFEGUARD = Safeguard(
    "order-key",
    guards="At most one order per customer and idempotency key.",
    off="The key is written down with each order, and never asked for.",
    needs="one-key-fifty",
    invariant="nothing invented",
    replaced={
        "pedidos.storage.orders.placing:_PLACE": cut(
            cut(
                placing._PLACE,
                "      and pg_try_advisory_xact_lock(hashtextextended(key, hashtextextended(customer_id::text, 0)))\n",
            ),
            "        where idempotency_keys.created_at < excluded.created_at - %(kept)s * interval '1 hour'\n",
        )
    },
)
