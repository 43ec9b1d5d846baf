"""An older transaction moves what a newer one has moved. Breaks history: the relay tells the newer event first."""

from pedidos.storage.orders import transitions
from pedidos_drills.safeguard import SIMULATION, Safeguard, cut

SAFEGUARD = Safeguard(
    "log-order",
    guards="A transaction older than an order's newest event does not move it: the log is read by transaction.",
    off="Any transaction may.",
    needs=SIMULATION,
    invariant="history",
    replaced={
        "pedidos.storage.orders.transitions:_HELD": cut(transitions._HELD, " and txid <= pg_current_xact_id()"),
        "pedidos.storage.orders.transitions:_MOVED": cut(transitions._MOVED, " and o.txid <= pg_current_xact_id()"),
    },
)
