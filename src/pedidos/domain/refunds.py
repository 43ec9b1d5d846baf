"""Refunds in part: what a merchant or an operator may give back of an order that goes on, and how much that is.

All amounts are integers in cents. One rule rounds: a missing unit is worth its part of what the items have cost, after
the discount, rounded down to the cent, in favour of the merchant, and at least one cent. Delivery and tip are not given
back for it; an amount can be.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from pedidos.domain.order import Refusal, Status
from pedidos.domain.payment import PaymentStatus
from pedidos.domain.reasons import CAME_LATE, GOODWILL, ITEMS_MISSING, NOT_AS_ORDERED
from pedidos.sentence import Sentence

REFUNDABLE = (Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED)
"""The states in which a part can be given back: the merchant has accepted the order. Before, it can be cancelled."""


class RefundStatus(StrEnum):
    """Of a refund in part. REFUSED: the payment provider has declined it, for good."""

    PENDING = "pending"
    REFUNDED = "refunded"
    REFUSED = "refused"


class Cause(StrEnum):
    """Why a part is given back."""

    ITEMS_MISSING = "items_missing"
    """Units were not in the order. Their number says how much is given back."""
    NOT_AS_ORDERED = "not_as_ordered"
    LATE = "late"
    GOODWILL = "goodwill"


_SAID: Mapping[Cause, Sentence] = {
    Cause.NOT_AS_ORDERED: NOT_AS_ORDERED,
    Cause.LATE: CAME_LATE,
    Cause.GOODWILL: GOODWILL,
}


class Missing(NamedTuple):
    """Units of a product that were not in the order."""

    product_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be given back. cents: None for the value of what is missing."""

    cause: Cause
    cents: int | None = None
    missing: Sequence[Missing] = ()


class Bought(NamedTuple):
    """A line of the order. cents: of a unit."""

    product_id: UUID
    name: str
    quantity: int
    cents: int


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid for, and what was given back of it. discount_cents: what a coupon took off the items.
    returned_cents: of all refunds in part that were not refused. missing: the units that they were for."""

    status: Status
    payment: PaymentStatus | None
    total_cents: int
    returned_cents: int
    items: Sequence[Bought]
    discount_cents: int = 0
    missing: Mapping[UUID, int] | None = None

    @property
    def left_cents(self) -> int:
        """What can still be given back."""
        return self.total_cents - self.returned_cents


@dataclass(frozen=True, slots=True)
class Refund:
    """reason: what its customer is told, in English. at: when it was asked for, or when it ended."""

    id: UUID
    amount_cents: int
    cause: Cause
    reason: str
    status: RefundStatus
    created_at: datetime
    updated_at: datetime
    reference: str | None = None


class Part(NamedTuple):
    """A refund that may be made: how much, and what its customer is told."""

    cents: int
    reason: Sentence


@dataclass(frozen=True, slots=True)
class TooMuch:
    """Why a wish is refused: there is less left than it asks for. item: the number of the item of which more units are
    said to be missing than there were; None: it is the amount."""

    reason: Sentence
    item: int | None = None


def decide(wish: Wish, paid: Paid) -> Part | TooMuch | Refusal:
    """What to give back, or why nothing is."""
    if paid.status not in REFUNDABLE or paid.payment is not PaymentStatus.CAPTURED:
        return Refusal(
            Sentence(
                "A part can be given back of an order that its merchant has accepted. This one is {status}.",
                status=paid.status,
            )
        )
    for number, each in enumerate(wish.missing):
        left = left_of(each.product_id, wish.missing[:number], paid)
        if each.quantity > left:
            return TooMuch(Sentence("Only {left} units of this product can still be missing.", left=left), number)
    cents = missing_cents(wish.missing, paid) if wish.cents is None else wish.cents
    if cents > paid.left_cents:
        return TooMuch(Sentence("Only {left} cents of the order are left to give back.", left=paid.left_cents))
    return Part(cents, _reason(wish, paid))


def missing_cents(missing: Iterable[Missing], paid: Paid) -> int:
    """The value of these units. Of a product that is in two lines, the units of the first line count first."""
    items_cents = sum(each.quantity * each.cents for each in paid.items)
    left = _quantities(missing)
    gross = 0
    for line in paid.items:
        units = min(left[line.product_id], line.quantity)
        left[line.product_id] -= units
        gross += units * line.cents
    return max(1, gross * (items_cents - paid.discount_cents) // items_cents)


def _quantities(missing: Iterable[Missing]) -> Counter[UUID]:
    found: Counter[UUID] = Counter()
    for each in missing:
        found[each.product_id] += each.quantity
    return found


def left_of(product_id: UUID, before: Iterable[Missing], paid: Paid) -> int:
    """How many units of a product can still be missing, besides those named before."""
    ordered = sum(line.quantity for line in paid.items if line.product_id == product_id)
    return ordered - (paid.missing or {}).get(product_id, 0) - _quantities(before)[product_id]


def _reason(wish: Wish, paid: Paid) -> Sentence:
    if wish.cause is not Cause.ITEMS_MISSING:
        return _SAID[wish.cause]
    names = {line.product_id: line.name for line in paid.items}
    told = [f"{units} × {names[product_id]}" for product_id, units in _quantities(wish.missing).items()]
    return ITEMS_MISSING.filled(names=", ".join(told))
