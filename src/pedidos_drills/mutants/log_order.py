"""An older transaction moves what a newer one has moved. Breaks history: the relay tells the newer event first."""

from pedidos.storage import moves
from pedidos_drills.safeguard import SIMULATION, Safeguard, cut

SAFEGUARD = Safeguard(
    "log-order",
    guards="A transaction older than an order's newest event does not move it: the log is read by transaction.",
    off="Any transaction may.",
    needs=SIMULATION,
    invariant="history",
    replaced={
        "pedidos.storage.moves:_HELD": cut(moves._HELD, " and txid <= pg_current_xact_id()"),
        "pedidos.storage.moves:_MOVED": cut(moves._MOVED, " and o.txid <= pg_current_xact_id()"),
    },
)
