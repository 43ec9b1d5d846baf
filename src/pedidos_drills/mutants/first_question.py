"""Counts the deadline from the creation of the charge. Breaks the drill's check: charges expire before any request."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "first-question",
    guards="The payment deadline counts from the first request that may have reached the gateway.",
    off=Sentence("It counts from the creation of the charge."),
    needs="gateway-away",
    invariant="this drill's own",
    replaced={"pedidos.storage.orders.overdue:FIRST_ASKED": "p.created_at"},
)
