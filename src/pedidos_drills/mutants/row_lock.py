"""Lets two workers handle the same order at once. Breaks stock: both take its units, and one of them moves it."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "row-lock",
    guards="A step locks the orders that it works on, and other workers skip them.",
    off=Sentence("A step reads the state of its orders and takes no lock."),
    needs=SIMULATION,
    invariant="stock",
    replaced={"pedidos.storage.orders.transitions:PASS_OVER_HELD": ""},
)
