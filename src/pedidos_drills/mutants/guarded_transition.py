"""Moves orders in any state. Breaks history: orders make transitions that are not allowed."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "guarded-transition",
    guards="A step moves only orders that are in the state it starts from.",
    off=Sentence("A step moves every order that it is given."),
    needs="hints-repeated",
    invariant="history",
    replaced={"pedidos.storage.orders.transitions:IN_SOURCE_STATE": "true"},
)
