"""Two workers handle the same order at once. Breaks stock: both take its units, one of them moves it."""

from pedidos.storage.orders import transitions
from pedidos_drills.safeguard import SIMULATION, Safeguard, cut

SAFEGUARD = Safeguard(
    "row-lock",
    guards="An order that a step works on is locked, and passed over by all others.",
    off="A step reads the state of its orders and takes no lock.",
    needs=SIMULATION,
    invariant="stock",
    replaced={
        "pedidos.storage.orders.transitions:_HELD": cut(transitions._HELD, "    for no key update skip locked\n")
    },
)
