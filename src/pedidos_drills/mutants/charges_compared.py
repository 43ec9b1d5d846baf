"""Does not judge a charge without an order. Breaks money: the gateway keeps what it took for orders that a restore has
taken away."""

from pedidos.domain.reconciling import Case, Charge, Known, judge
from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard


def overlook(charge: Charge, known: Known | None) -> Case | None:
    """Judges only what has an order."""
    return None if known is None else judge(charge, known)


SAFEGUARD = Safeguard(
    "charges-compared",
    guards="After a restore, `pedidos reconcile` gives back the money of orders that PostgreSQL does not know.",
    off=Sentence("It compares only charges whose order is known."),
    needs="restored",
    invariant="money",
    replaced={"pedidos.domain.reconciling:judge": overlook},
)
