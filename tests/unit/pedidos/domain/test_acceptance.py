"""How long a confirmed order waits for its merchant, and what is told about time limits."""

from datetime import UTC, datetime, timedelta

import pytest

from pedidos.domain.acceptance import Promise, accept_by, expires_at, too_late
from pedidos.domain.order import ENDS, Refusal, Status
from pedidos.domain.payment import PaymentTerms

NOW = datetime(2026, 11, 29, 12, 0, 0, 250_000, tzinfo=UTC)
TERMS = PaymentTerms(deadline=300.0, limit=3600.0)
INSTANT = timedelta(microseconds=1)


def test_an_order_is_accepted_until_its_time_is_over_and_not_later() -> None:
    assert too_late(NOW, NOW) is None
    assert too_late(NOW, NOW - INSTANT) is None
    assert isinstance(too_late(NOW, NOW + INSTANT), Refusal)


def test_without_a_limit_an_order_can_always_be_accepted() -> None:
    assert accept_by(NOW, 0) is None
    assert too_late(None, NOW + timedelta(days=400)) is None


def test_a_promise_is_to_the_second() -> None:
    assert Promise(30).at(NOW) == datetime(2026, 11, 29, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "asked_at", "expected"),
    [
        (Status.CONFIRMED, NOW, NOW + timedelta(seconds=240)),
        (Status.CHARGING, NOW - timedelta(seconds=9), NOW + timedelta(seconds=291)),
        (Status.CHARGING, None, NOW + timedelta(seconds=3600)),
        (Status.RESERVED, None, NOW + timedelta(seconds=3600)),
        (Status.RECEIVED, None, None),
        (Status.PREPARING, NOW, None),
    ],
)
def test_each_time_limit_is_told(status: Status, asked_at: datetime | None, expected: datetime | None) -> None:
    assert expires_at(status, NOW, asked_at, TERMS, 240.0) == expected


@pytest.mark.parametrize("status", ENDS)
def test_what_has_ended_has_no_time_limit(status: Status) -> None:
    assert expires_at(status, NOW, NOW, TERMS, 240.0) is None
