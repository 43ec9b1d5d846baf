"""What the gateway's answer means for a payment."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What is known after asking the gateway. UNKNOWN: no answer, or one that says nothing of the money."""

    CAPTURED = "captured"
    DECLINED = "declined"
    REFUNDED = "refunded"
    VOIDED = "voided"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """reference names the capture in the gateway's own book; reason is for the customer or the operator.

    asked: False if this does not count as an attempt: the gateway seems to be down and was spared the question, or its
    answer could not be recorded. reached: False if the gateway cannot have heard of it.
    """

    verdict: Verdict
    reference: str | None = None
    reason: str | None = None
    asked: bool = True
    reached: bool = True


class PaymentStatus(StrEnum):
    PENDING = "pending"
    CAPTURED = "captured"
    DECLINED = "declined"
    UNDOING = "undoing"
    REFUNDED = "refunded"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """When an unpaid order ends. Both in seconds.

    deadline: since the gateway was first asked for its money. limit: how long it may wait for that, with its stock
    reserved, while the gateway or a part of the platform is away; after that it ends though it was never asked.
    """

    deadline: float
    limit: float


def idempotency_key(order_id: str) -> str:
    """The one key under which the gateway is ever asked about an order's money."""
    return f"charge:{order_id}"
