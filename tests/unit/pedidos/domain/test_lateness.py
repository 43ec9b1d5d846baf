"""How long an order may wait at its merchant."""

from datetime import UTC, datetime, timedelta

import pytest

from pedidos.domain.lateness import PATIENCE, Lateness, lateness
from pedidos.domain.order import TRANSITIONS, Actor, Status

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize("status", PATIENCE)
def test_an_order_is_late_from_its_thresholds_on(status: Status) -> None:
    soon, late = PATIENCE[status]
    assert soon < late
    instant = timedelta(microseconds=1)
    for waited, expected in (
        (timedelta(), Lateness.ON_TIME),
        (soon - instant, Lateness.ON_TIME),
        (soon, Lateness.SOON_LATE),
        (late - instant, Lateness.SOON_LATE),
        (late, Lateness.LATE),
        (-late, Lateness.ON_TIME),
    ):
        assert lateness(status, NOW - waited, NOW) is expected


def test_a_state_that_waits_for_no_merchant_is_never_late() -> None:
    assert lateness(Status.DELIVERED, NOW - timedelta(days=9), NOW) is Lateness.ON_TIME


def test_each_state_that_a_merchant_takes_an_order_out_of_has_thresholds() -> None:
    forward = {
        source
        for source, targets in TRANSITIONS.items()
        if any(Actor.MERCHANT in actors and target is not Status.CANCELLED for target, actors in targets.items())
    }
    assert forward == set(PATIENCE)
