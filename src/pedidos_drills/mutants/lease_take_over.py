"""Lets no worker take over a payment. Breaks "nothing stuck": the payments of a dead worker are never finished."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.payment import PaymentStatus
from pedidos.sentence import Sentence
from pedidos.storage.payments.attempts import Attempt
from pedidos_drills.safeguard import Safeguard


def take_over_nothing(
    _connection: Connection, _order_ids: Sequence[UUID], _status: PaymentStatus, _lease_seconds: float
) -> list[Attempt]:
    return []


SAFEGUARD = Safeguard(
    "lease-take-over",
    guards="The next worker that sees a payment whose lease is over takes it over.",
    off=Sentence("The payment stays with the worker that began it."),
    needs="worker-stopped",
    invariant="nothing stuck",
    replaced={"pedidos.storage.payments.attempts:take_over": take_over_nothing},
)
