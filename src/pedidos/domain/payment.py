"""The meaning of the gateway's answer for a payment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Verdict(StrEnum):
    """What is known after a request to the gateway. UNKNOWN: no answer, or one that says nothing about the money."""

    CAPTURED = "captured"
    DECLINED = "declined"
    """Nothing was taken; asked for a refund in part, nothing was returned."""
    REFUNDED = "refunded"
    VOIDED = "voided"
    UNKNOWN = "unknown"


class Trouble(StrEnum):
    """What is wrong with the gateway, as far as an answer tells. The values are causes in events."""

    ERRORS = "provider_errors"
    """Its answer says nothing about the money."""
    SILENT = "provider_silent"
    """No answer came in time."""
    AWAY = "provider_away"
    """It cannot be reached, or is not asked because it has failed just before."""


@dataclass(frozen=True, slots=True)
class Answer:
    """reference names the capture in the gateway's book; reason is for the customer or the operator.

    asked: False if this does not count as an attempt: the circuit breaker held the request back, or its answer could
    not be recorded. reached: False if the gateway cannot have received the request. late: whether it did not come
    within the patience. trouble: of the gateway, if the verdict is unknown because of it.
    """

    verdict: Verdict
    reference: str | None = None
    reason: str | None = None
    asked: bool = True
    reached: bool = True
    late: bool = False
    trouble: Trouble | None = None


class PaymentStatus(StrEnum):
    PENDING = "pending"
    CAPTURED = "captured"
    DECLINED = "declined"
    UNDOING = "undoing"
    REFUNDED = "refunded"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class Payment:
    """reference: the payment provider's, once it has answered. asked_at: when the provider was first asked; None if
    it was not yet. updated_at: when the status was set."""

    amount_cents: int
    status: PaymentStatus
    reference: str | None
    asked_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """When an unpaid order ends. Both in seconds.

    deadline: since the first request to the gateway for its money. limit: how long it may wait for that request, with
    its stock reserved, while the gateway or a part of the platform is down; after that it ends without having been
    asked for.
    """

    deadline: float
    limit: float

    def end_at(self, begun_at: datetime, asked_at: datetime | None) -> datetime:
        """When an order that is being charged expires. begun_at: when its payment was begun. asked_at: when the gateway
        was first asked; None if it was not yet."""
        last = begun_at + timedelta(seconds=self.limit)
        return last if asked_at is None else min(last, asked_at + timedelta(seconds=self.deadline))


def idempotency_key(order_id: UUID) -> str:
    """The only key that is used to ask the gateway for an order's money."""
    return f"charge:{order_id}"


def refund_key(order_id: UUID, refund_id: UUID) -> str:
    """The only key that is used to ask the gateway for this refund in part."""
    return f"refund:{order_id}:{refund_id}"


def order_of(key: str) -> UUID:
    """The order whose key it is: of its charge, or of a refund in part."""
    return UUID(key.split(":")[1])
