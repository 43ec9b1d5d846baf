"""An older transaction moves what a newer one has moved. Breaks history: the relay tells the newer event first."""

from pedidos.drills.safeguard import SIMULATION, Safeguard, cut
from pedidos.storage import moves

SAFEGUARD = Safeguard(
    "log-order",
    guards="A transaction older than an order's newest event does not move it: the log is read by transaction.",
    off="Any transaction may.",
    needs=SIMULATION,
    invariant="history",
    replaced={
        "pedidos.storage.moves:_LOCK": cut(moves._LOCK, " and txid <= pg_current_xact_id()"),
        "pedidos.storage.moves:_MOVE": cut(moves._MOVE, " and o.txid <= pg_current_xact_id()"),
    },
)
