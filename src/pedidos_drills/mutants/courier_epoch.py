"""Lets a courier go on with an order that another has taken since. Breaks "handed over": it is delivered under an old
epoch, while the courier who has it is on the way."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "courier-epoch",
    guards="Only the courier who has taken an order last picks it up, gives it back or delivers it.",
    off=Sentence("Each courier that had it once can."),
    needs=SIMULATION,
    invariant="handed over",
    replaced={"pedidos.storage.orders.assignments:HOLDS": "true"},
)
