"""The deadline counts from when the charge was begun. Breaks the drill: what was never asked for expires."""

from pedidos.storage.orders import overdue
from pedidos_drills.safeguard import Safeguard, cut

SAFEGUARD = Safeguard(
    "first-question",
    guards="The payment deadline counts from the first request that may have reached the gateway.",
    off="It counts from when the charge was begun.",
    needs="gateway-away",
    invariant="this drill's own",
    replaced={
        "pedidos.storage.orders.overdue:_FIND": cut(overdue._FIND, "p.asked_at", "p.created_at"),
        "pedidos.storage.orders.overdue:_AMONG": cut(overdue._AMONG, "p.asked_at", "p.created_at"),
    },
)
