"""Every worker that asked records its answer, however late. Breaks history: a refund is recorded twice."""

from pedidos.storage.payments import outcomes
from pedidos_drills.safeguard import Safeguard, cut

SAFEGUARD = Safeguard(
    "lease-fence",
    guards="Only the worker that holds the lease records the gateway's answer, once.",
    off="Every worker that gets an answer records it.",
    needs="gateway-crawls",
    invariant="history",
    replaced={
        "pedidos.storage.payments.outcomes:_SETTLE": cut(
            outcomes._SETTLE, " and p.lease = w.lease and p.status = %(awaited)s"
        )
    },
)
