"""Sends events that come after one that failed. Breaks the drill's own check: they are taken before it."""

from pedidos.sentence import Sentence
from pedidos_drills.ledger.verdict import OWN
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "order-of-events",
    guards="An event of an order is not sent to an endpoint while an earlier one of the order waits.",
    off=Sentence("What is due is sent, no matter what waits before it."),
    needs="subscribers-fail",
    invariant=OWN,
    replaced={
        "pedidos.storage.webhooks.queue:EARLIER_FIRST": "true",
        "pedidos.storage.webhooks.queue:LATER_ONES": "false",
    },
)
