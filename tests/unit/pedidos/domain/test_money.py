"""The rows of an order's money."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from pedidos.domain.money import Row, RowKind, RowStatus, rows
from pedidos.domain.payment import Payment, PaymentStatus
from pedidos.domain.refunds import Cause, Refund, RefundStatus

AT, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
C, R, X = RowKind.CHARGE, RowKind.REFUND, RowKind.REST
PENDING, DONE, REFUSED, VOID = RowStatus


def payment(status: PaymentStatus, reference: str | None = "ch_1") -> Payment:
    return Payment(1000, status, reference, AT, LATER)


def refund(cents: int, status: RefundStatus) -> Refund:
    return Refund(UUID(int=cents), cents, Cause.LATE, "The order came late.", status, AT, LATER)


def brief(found: Sequence[Row]) -> list[tuple[RowKind, int, RowStatus]]:
    return [(row.kind, row.amount_cents, row.status) for row in found]


@pytest.mark.parametrize(
    ("status", "reference", "shown"),
    [
        (PaymentStatus.PENDING, None, [(C, 1000, PENDING)]),
        (PaymentStatus.CAPTURED, "ch_1", [(C, 1000, DONE)]),
        (PaymentStatus.DECLINED, None, [(C, 1000, REFUSED)]),
        (PaymentStatus.UNDOING, None, [(C, 1000, PENDING), (X, -1000, PENDING)]),
        (PaymentStatus.UNDOING, "ch_1", [(C, 1000, DONE), (X, -1000, PENDING)]),
        (PaymentStatus.REFUNDED, "ch_1", [(C, 1000, DONE), (X, -1000, DONE)]),
        (PaymentStatus.VOIDED, None, [(C, 1000, VOID)]),
    ],
)
def test_a_payment_without_refunds(
    status: PaymentStatus, reference: str | None, shown: list[tuple[RowKind, int, RowStatus]]
) -> None:
    assert brief(list(rows(payment(status, reference), [], AT))) == shown


def test_parts_come_before_the_rest_which_is_what_they_leave() -> None:
    parts = [
        refund(100, RefundStatus.REFUNDED),
        refund(200, RefundStatus.REFUSED),
        refund(50, RefundStatus.PENDING),
    ]
    found = list(rows(payment(PaymentStatus.UNDOING), parts, AT))
    assert brief(found) == [(C, 1000, DONE), (R, -100, DONE), (R, -200, REFUSED), (R, -50, PENDING), (X, -850, PENDING)]
    assert [row.at for row in found] == [AT, LATER, LATER, None, None]
    assert [row.reason for row in found[:2]] == [None, "The order came late."]


def test_nothing_is_left_of_an_order_that_was_given_back_in_parts() -> None:
    parts = [refund(400, RefundStatus.REFUNDED), refund(600, RefundStatus.REFUNDED)]
    found = list(rows(payment(PaymentStatus.REFUNDED), parts, None))
    assert brief(found) == [(C, 1000, DONE), (R, -400, DONE), (R, -600, DONE)]
    assert sum(row.amount_cents for row in found) == 0


def test_an_order_that_was_not_charged_has_no_rows() -> None:
    assert list(rows(None, [], None)) == []
