"""Undoes orders without giving their coupons back. Breaks stock: uses are counted of orders that want none."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard


def give_nothing_back(_connection: Connection, _order_ids: Sequence[UUID]) -> None:
    pass


SAFEGUARD = Safeguard(
    "coupon-given-back",
    guards="Undoing an order gives its coupon back, in the same transaction.",
    off=Sentence("Its use stays counted."),
    needs=SIMULATION,
    invariant="stock",
    replaced={"pedidos.storage.coupons.holding:give_back": give_nothing_back},
)
