"""The relay reads what is visible. Breaks history: what an older transaction commits later is never published."""

from pedidos.drills.safeguard import Safeguard, cut
from pedidos.storage import relay

SAFEGUARD = Safeguard(
    "snapshot-bound",
    guards="The relay reads only below the oldest transaction that still runs, so that no late commit is skipped.",
    off="It reads all that is visible.",
    needs="late-commit",
    invariant="history",
    replaced={"pedidos.storage.relay:_READ": cut(relay._READ, " and e.txid < pg_snapshot_xmin(pg_current_snapshot())")},
)
