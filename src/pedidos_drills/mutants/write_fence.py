"""Passes transactions that have not written without a fence. Breaks history: what one writes is never published."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "write-fence",
    guards="A transaction that the relay has passed is refused when it begins to write to the event log.",
    off=Sentence("The relay passes it without raising the fence above it."),
    needs="forgotten-transaction",
    invariant="history",
    replaced={"pedidos.storage.event_log.finality:MAY_BE_PAST_FENCE": "false"},
)
