"""Couriers: who has an order in hand, until when, and the code with which its customer ends the delivery.

An order is taken under an epoch, which grows with each courier, as the lease of a payment does. Who has an older one is
refused, however late it comes.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from pedidos.domain.order import Refusal, Status
from pedidos.sentence import Sentence

MOST_TRIES = 5
"""Wrong codes for an order, from all of its couriers together: a thief would guess one of 2,000 orders."""
CODE_DIGITS = 4

WITH_A_COURIER = (Status.PREPARING, Status.ON_ITS_WAY)
"""States of an order that a courier can have in hand."""


class Courier(NamedTuple):
    """A courier's account, and the merchant that it works for."""

    account_id: UUID
    merchant_id: UUID

    @property
    def author(self) -> str:
        """As events name it."""
        return f"courier:{self.account_id}"


class Ending(StrEnum):
    """How a courier's time with an order ended."""

    GIVEN_BACK = "given_back"
    LOST = "lost"
    """Its lease was over, and another courier took the order."""
    WITHDRAWN = "withdrawn"
    """Its lease was over, or its codes were wrong, and the merchant went on without it."""
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Held:
    """An order in the hands of a courier. lease_until: no other courier can take it before."""

    epoch: int
    courier_id: UUID
    lease_until: datetime
    picked_up_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides who may take an order. delivered: it is not picked up by its customer. epoch: the latest; 0 if no
    courier ever had the order. tries: wrong codes so far. now: PostgreSQL's clock."""

    merchant_id: UUID
    delivered: bool
    epoch: int
    held: Held | None
    tries: int
    now: datetime

    @property
    def leased(self) -> bool:
        """Whether a courier has the order and its lease lasts."""
        return self.held is not None and self.held.lease_until > self.now


@dataclass(frozen=True, slots=True)
class Claim:
    """What a courier had under an epoch. holds: whether it still has the order."""

    ending: Ending | None
    picked_up_at: datetime | None
    holds: bool


def may_take(standing: Standing, status: Status) -> Refusal | None:
    """Why a courier who does not have the order cannot take it; None if it can."""
    if not standing.delivered:
        return Refusal(Sentence("Its customer picks this order up: no courier brings it."))
    # The merchant brings what it has sent itself.
    if status not in WITH_A_COURIER or (status is Status.ON_ITS_WAY and not standing.epoch):
        return Refusal(Sentence("No courier can take an order that is {status}.", status=status))
    if standing.leased:
        return Refusal(Sentence("Another courier has this order."))
    return None


def may_go_on(claim: Claim | None) -> Refusal | None:
    """Why this courier cannot move the order, under its epoch; None if it can."""
    if claim is None:
        return Refusal(Sentence("You do not have this order: take it first."))
    if claim.holds:
        return None
    if claim.ending is Ending.WITHDRAWN:
        return Refusal(Sentence("The shop has gone on with this order without you."))
    if claim.ending is Ending.LOST:
        return Refusal(Sentence("Your time for this order was over, and another courier has taken it."))
    return Refusal(Sentence("You do not have this order any more."))


def may_deliver(claim: Claim | None) -> Refusal | None:
    """Why this courier cannot deliver the order, under its epoch; None if it can."""
    refusal = may_go_on(claim)
    if refusal is None and claim is not None and claim.picked_up_at is None:
        return Refusal(Sentence("Pick this order up first."))
    return refusal


def may_replace(standing: Standing) -> Refusal | None:
    """Why a merchant cannot go on with an order without its courier; None if it can."""
    if standing.leased and standing.tries < MOST_TRIES:
        return Refusal(Sentence("A courier has this order: go on without it when its time is over."))
    return None


def wrong_code(tries: int) -> Refusal:
    """What a courier is told after this number of wrong codes."""
    if tries >= MOST_TRIES:
        return Refusal(Sentence("Too many wrong codes: ask the shop to end this delivery."))
    return Refusal(Sentence("This is not the code of the order. Tries left: {left}.", left=MOST_TRIES - tries))
