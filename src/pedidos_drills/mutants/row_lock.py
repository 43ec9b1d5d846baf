"""Two workers handle the same order at once. Breaks stock: both take its units, one of them moves it."""

from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "row-lock",
    guards="An order that a step works on is locked, and passed over by all others.",
    off="A step reads the state of its orders and takes no lock.",
    needs=SIMULATION,
    invariant="stock",
    replaced={"pedidos.storage.orders.transitions:PASS_OVER_HELD": ""},
)
