"""Gives each request about a refund in part a key of its own. Breaks money: one whose answer was lost is made twice."""

import secrets
from uuid import UUID

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard

_asked: set[UUID] = set()


def each_its_own(order_id: UUID, refund_id: UUID) -> str:
    """The first request keeps the refund's key. Otherwise the ledger would only find that keys look different."""
    key = f"refund:{order_id}:{refund_id}"
    if refund_id in _asked:
        return f"{key}:{secrets.token_hex(4)}"
    _asked.add(refund_id)
    return key


SAFEGUARD = Safeguard(
    "refund-key",
    guards="All requests to the gateway about a refund in part carry the same key.",
    off=Sentence("Each further request has a new key."),
    needs=SIMULATION,
    invariant="money",
    replaced={"pedidos.domain.payment:refund_key": each_its_own},
)
