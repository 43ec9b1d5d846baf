"""Treats a repeated key as a new one. Breaks "nothing invented": a repeated request is a second order."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "order-key",
    guards="At most one order per customer and idempotency key.",
    off=Sentence("The key is stored with each order, and never checked."),
    needs="one-key-fifty",
    invariant="nothing invented",
    replaced={
        "pedidos.storage.orders.placing:KEY_IS_FREE": "true",
        "pedidos.storage.orders.placing:KEY_HAS_EXPIRED": "true",
    },
)
