"""The deadline counts from when the charge was begun. Breaks the drill: what was never asked for expires."""

from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "first-question",
    guards="The payment deadline counts from the first request that may have reached the gateway.",
    off="It counts from when the charge was begun.",
    needs="gateway-away",
    invariant="this drill's own",
    replaced={"pedidos.storage.orders.overdue:FIRST_ASKED": "p.created_at"},
)
