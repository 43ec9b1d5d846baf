"""What was taken for an order and what came back of it, row by row, for those who may see the order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pedidos.domain.payment import Payment, PaymentStatus
from pedidos.domain.refunds import Refund, RefundStatus


class RowKind(StrEnum):
    """CHARGE: the order's money. REFUND: a part that came back while the order went on. REST: what was left of the
    money when the order was undone."""

    CHARGE = "charge"
    REFUND = "refund"
    REST = "rest"


class RowStatus(StrEnum):
    """PENDING: the payment provider has not said yet that it is done. VOID: nothing was taken."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Row:
    """amount_cents: negative for what comes back. at: when it was done, as far as that is known. reason: of a refund.
    id: of a refund."""

    kind: RowKind
    amount_cents: int
    status: RowStatus
    at: datetime | None = None
    reason: str | None = None
    id: UUID | None = None


_OF_REFUND = {
    RefundStatus.PENDING: RowStatus.PENDING,
    RefundStatus.REFUNDED: RowStatus.DONE,
    RefundStatus.REFUSED: RowStatus.REFUSED,
}

_OF_CHARGE = {
    PaymentStatus.PENDING: RowStatus.PENDING,
    PaymentStatus.CAPTURED: RowStatus.DONE,
    PaymentStatus.DECLINED: RowStatus.REFUSED,
    PaymentStatus.REFUNDED: RowStatus.DONE,
    PaymentStatus.VOIDED: RowStatus.VOID,
}


def rows(payment: Payment | None, refunds: Iterable[Refund], paid_at: datetime | None) -> Iterator[Row]:
    """In the order in which they happened. payment: None if no money was asked for yet. paid_at: when the order was
    paid, if that is known."""
    if payment is None:
        return
    yield Row(RowKind.CHARGE, payment.amount_cents, _charge_status(payment), paid_at)
    left = payment.amount_cents
    for each in refunds:
        status = _OF_REFUND[each.status]
        at = None if status is RowStatus.PENDING else each.updated_at
        yield Row(RowKind.REFUND, -each.amount_cents, status, at, each.reason, each.id)
        left -= 0 if status is RowStatus.REFUSED else each.amount_cents
    if left and payment.status is PaymentStatus.UNDOING:
        yield Row(RowKind.REST, -left, RowStatus.PENDING)
    if left and payment.status is PaymentStatus.REFUNDED:
        yield Row(RowKind.REST, -left, RowStatus.DONE, payment.updated_at)


def _charge_status(payment: Payment) -> RowStatus:
    if payment.status is PaymentStatus.UNDOING:  # whether it was taken is known once the provider has said so
        return RowStatus.PENDING if payment.reference is None else RowStatus.DONE
    return _OF_CHARGE[payment.status]
