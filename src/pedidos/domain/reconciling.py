"""The meaning of a charge in the gateway's book, if the database may have been restored to an earlier time."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pedidos.domain.order import IN_FLIGHT, Status
from pedidos.domain.payment import PaymentStatus

KEPT = frozenset({"captured", "in_progress", "undoing"})
"""The gateway has the money, or may still get it."""
RETURNED = frozenset({"refunded", "voided"})


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge as the gateway reports it. order_id: from its key. reference: the gateway's own name of it, if it has
    one."""

    key: str
    order_id: UUID
    status: str
    amount_cents: int
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows about the order; payment is None if it was not charged."""

    status: Status
    payment: PaymentStatus | None


class Case(StrEnum):
    """What to do about a charge."""

    NO_ORDER = "it belongs to no order: the money goes back"
    ENDED = "its order has ended unpaid: the money goes back"
    UNDER_WAY = "its order is under way, and will ask for it: look again later"
    RETURNED = "the gateway has given the money back, its order counts as paid: the order is cancelled"


GIVEN_BACK = frozenset({Case.NO_ORDER, Case.ENDED})


def judge(charge: Charge, known: Known | None) -> Case | None:
    """The case of a charge; None if gateway and database agree, or will agree without an action."""
    if charge.status in KEPT:
        if known is None:
            return Case.NO_ORDER
        if known.payment in (PaymentStatus.PENDING, PaymentStatus.CAPTURED, PaymentStatus.UNDOING):
            return None
        return Case.UNDER_WAY if known.status in IN_FLIGHT else Case.ENDED
    if charge.status in RETURNED and known is not None and known.payment is PaymentStatus.CAPTURED:
        return Case.RETURNED
    return None
