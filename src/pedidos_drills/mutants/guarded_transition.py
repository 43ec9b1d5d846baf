"""Any order is moved, whatever its state. Breaks history: orders go from states to states that they never may."""

from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "guarded-transition",
    guards="A step moves only orders that are in the state it starts from.",
    off="Each step moves whatever order it is pointed at.",
    needs="hints-repeated",
    invariant="history",
    replaced={"pedidos.storage.orders.transitions:IN_SOURCE_STATE": "true"},
)
