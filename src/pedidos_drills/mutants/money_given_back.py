"""Undoes orders without a refund. Breaks money: the gateway keeps money that no customer owes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard


def undo_nothing(_connection: Connection, _order_ids: Sequence[UUID]) -> None:
    pass


SAFEGUARD = Safeguard(
    "money-given-back",
    guards="Undoing an order marks its payment to be undone, in the same transaction.",
    off=Sentence("Its payment stays as it was."),
    needs="gateway-crawls",
    invariant="money",
    replaced={"pedidos.storage.payments.outcomes:to_undo": undo_nothing},
)
