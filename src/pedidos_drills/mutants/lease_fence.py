"""Lets every worker record its answer, however late. Breaks history: a refund is recorded twice."""

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "lease-fence",
    guards="Only the worker that holds the lease records the gateway's answer, once.",
    off=Sentence("Every worker that gets an answer records it."),
    needs="gateway-crawls",
    invariant="history",
    replaced={"pedidos.storage.payments.outcomes:HOLDS_LEASE": "true"},
)
