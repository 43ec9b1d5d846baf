"""Rates orders whatever their state. Breaks history: an order has a rating, and was never delivered."""

from pedidos.domain.order import Status
from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard


def always(status: Status) -> None:
    """Nothing speaks against it."""


SAFEGUARD = Safeguard(
    "rating-delivered",
    guards="Only an order that was delivered is rated.",
    off=Sentence("Any order can be rated."),
    needs=SIMULATION,
    invariant="history",
    replaced={"pedidos.storage.orders.ratings:may_rate": always},
)
