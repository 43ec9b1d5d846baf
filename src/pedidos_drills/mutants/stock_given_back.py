"""Undoes orders without returning their units. Breaks stock: units stay reserved for orders that want none."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.order import Status
from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard


def give_nothing_back(_connection: Connection, _order_ids: Sequence[UUID], _status: Status) -> None:
    pass


SAFEGUARD = Safeguard(
    "stock-given-back",
    guards="Undoing an order puts its units back on hand, in the same transaction.",
    off=Sentence("Its units stay where they were."),
    needs="gateway-crawls",
    invariant="stock",
    replaced={"pedidos.steps.reserve:give_back": give_nothing_back},
)
