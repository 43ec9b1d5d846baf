"""Returns the rest of an order's money before a part of it. Breaks money: the provider refuses the part."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "parts-first",
    guards="The money of an order that is undone is returned after its refunds in part, so that what is left is known.",
    off=Sentence("Both are asked for at the same time."),
    needs=SIMULATION,
    invariant="money",
    replaced={"pedidos.storage.payments.attempts:NO_REFUND_WAITS": "true"},
)
