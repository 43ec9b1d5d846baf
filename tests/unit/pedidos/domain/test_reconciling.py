"""What is to be done about a charge, for every state that the gateway and the database can be in."""

from uuid import UUID

import pytest

from pedidos.domain.order import IN_FLIGHT, SETTLED, Status
from pedidos.domain.payment import PaymentStatus
from pedidos.domain.reconciling import KEPT, RETURNED, Case, Charge, Known, judge

ORDER = UUID("01900000-0000-7000-8000-000000000001")


def charge(status: str) -> Charge:
    return Charge(f"charge:{ORDER}", ORDER, status, 100)


@pytest.mark.parametrize("status", sorted(KEPT))
def test_money_that_is_kept(status: str) -> None:
    assert judge(charge(status), None) is Case.NO_ORDER
    for at in IN_FLIGHT:
        assert judge(charge(status), Known(at, None)) is Case.UNDER_WAY
    for at in SETTLED:
        assert judge(charge(status), Known(at, None)) is Case.ENDED
    for payment in (PaymentStatus.PENDING, PaymentStatus.CAPTURED, PaymentStatus.UNDOING):
        assert judge(charge(status), Known(Status.CHARGING, payment)) is None
    assert judge(charge(status), Known(Status.DECLINED, PaymentStatus.DECLINED)) is Case.ENDED


@pytest.mark.parametrize("status", sorted(RETURNED))
def test_money_that_went_back(status: str) -> None:
    assert judge(charge(status), None) is None
    assert judge(charge(status), Known(Status.CONFIRMED, PaymentStatus.CAPTURED)) is Case.RETURNED
    assert judge(charge(status), Known(Status.CANCELLED, PaymentStatus.REFUNDED)) is None
    assert judge(charge(status), Known(Status.CHARGING, PaymentStatus.PENDING)) is None


@pytest.mark.parametrize("status", ["failed", "declined"])
def test_money_that_was_never_taken(status: str) -> None:
    assert judge(charge(status), None) is None
    assert judge(charge(status), Known(Status.CONFIRMED, PaymentStatus.CAPTURED)) is None
