"""Lets an older transaction move an order after a newer one. Breaks history: the newer event is published first."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "log-order",
    guards="A transaction older than an order's newest event does not move the order: the log is read by transaction.",
    off=Sentence("Any transaction may move it."),
    needs=SIMULATION,
    invariant="history",
    replaced={"pedidos.storage.orders.transitions:NOT_OLDER": "true"},
)
