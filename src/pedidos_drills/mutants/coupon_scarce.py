"""Gives out a coupon without looking at how many uses are left for a person. Breaks stock: somebody has too many."""

from pedidos.domain.coupons import UNLIMITED
from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard


def unlimited(_left: int | None) -> int:
    return UNLIMITED


SAFEGUARD = Safeguard(
    "coupon-scarce",
    guards="The uses of a coupon that are left are given out when stock is reserved, and no more of them.",
    off=Sentence("As many orders get it as want it; for all of them together, a constraint still holds."),
    needs=SIMULATION,
    invariant="stock",
    replaced={"pedidos.storage.coupons.holding:uses_left": unlimited},
)
