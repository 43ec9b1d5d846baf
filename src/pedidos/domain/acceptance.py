"""The time limit of a merchant: how long a confirmed order waits to be accepted, and what an acceptance promises."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pedidos.domain.order import Refusal, Status
from pedidos.domain.payment import PaymentTerms
from pedidos.sentence import Sentence

NOT_ACCEPTED = "not_accepted"
"""The cause of a cancellation by the platform, as the event's detail has it."""

USUAL_MINUTES = 40
"""Promised if the merchant names no time."""
MOST_MINUTES = 24 * 60


class Outcome(StrEnum):
    """How the wait of a confirmed order for its merchant ended; it ends once."""

    ACCEPTED = "accepted"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Promise:
    """What a merchant promises when it accepts: the order is with its customer after this many minutes."""

    minutes: int = USUAL_MINUTES

    def at(self, now: datetime) -> datetime:
        """The promised time, to the second."""
        return (now + timedelta(minutes=self.minutes)).replace(microsecond=0)


def too_late(due_at: datetime | None, now: datetime) -> Refusal | None:
    """Why a merchant may no longer accept an order that had to be accepted by due_at; None if it may. Without a time
    there is no limit. It does not matter whether the platform has already cancelled the order."""
    if due_at is None or now <= due_at:
        return None
    return Refusal(
        Sentence("The time to accept this order is over: it is cancelled, and its customer gets the money back.")
    )


def accept_by(confirmed_at: datetime, limit_seconds: float) -> datetime | None:
    """When an order that was confirmed then has to be accepted. limit_seconds: 0 is without limit."""
    return confirmed_at + timedelta(seconds=limit_seconds) if limit_seconds else None


def expires_at(
    status: Status, since: datetime, asked_at: datetime | None, terms: PaymentTerms, limit_seconds: float
) -> datetime | None:
    """When the platform ends the order if nothing else happens; None if its state has no time limit.

    since: when the order reached its state. asked_at: when the gateway was first asked for its money, if it was.
    """
    if status is Status.CONFIRMED:
        return accept_by(since, limit_seconds)
    if status in (Status.RESERVED, Status.CHARGING):
        return terms.end_at(since, asked_at)
    return None
