"""Transactions that have not written are passed over without a fence. Breaks history: one that then writes is never
published, since the relay is past its place."""

from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "write-fence",
    guards="A transaction that the relay has gone past is refused when it begins to write to the event log.",
    off="The relay goes past it without putting a fence above it.",
    needs="forgotten-transaction",
    invariant="history",
    replaced={"pedidos.storage.event_log.finality:MAY_BE_PAST_FENCE": "false"},
)
