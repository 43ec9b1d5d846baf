"""An older transaction moves what a newer one has moved. Breaks history: the relay tells the newer event first."""

from pedidos_drills.safeguard import SIMULATION, Safeguard

SAFEGUARD = Safeguard(
    "log-order",
    guards="A transaction older than an order's newest event does not move it: the log is read by transaction.",
    off="Any transaction may.",
    needs=SIMULATION,
    invariant="history",
    replaced={"pedidos.storage.orders.transitions:NOT_OLDER": "true"},
)
