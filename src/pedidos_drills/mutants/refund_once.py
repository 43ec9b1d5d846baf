"""Forgets which request has made a refund. Breaks money: a request that is repeated gives the money back twice."""

import secrets

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard


def each_its_own(key: str) -> str:
    """Another one for each request, which begins with that of the client."""
    return f"{key}:{secrets.token_hex(4)}"


SAFEGUARD = Safeguard(
    "refund-once",
    guards="A request for a refund that comes again under its key finds the refund that there is.",
    off=Sentence("Each request makes a refund."),
    needs=SIMULATION,
    invariant="money",
    replaced={"pedidos.storage.payments.refunds:remembered": each_its_own},
)
