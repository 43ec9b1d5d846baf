"""Who may take an order, go on with it, and go on without its courier; and how many codes are tried."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from pedidos.domain.couriers import (
    MOST_TRIES,
    WITH_A_COURIER,
    Claim,
    Courier,
    Ending,
    Held,
    Standing,
    may_deliver,
    may_go_on,
    may_replace,
    may_take,
    wrong_code,
)
from pedidos.domain.order import Status

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
MERCHANT, ANA = UUID(int=1), UUID(int=2)


def standing(*, delivered: bool = True, epoch: int = 0, lease_seconds: float | None = None, tries: int = 0) -> Standing:
    """lease_seconds: how long the lease of a courier still lasts; None: no courier has the order."""
    until = None if lease_seconds is None else NOW + timedelta(seconds=lease_seconds)
    held = None if until is None else Held(max(epoch, 1), ANA, until, None)
    return Standing(MERCHANT, delivered, max(epoch, 0 if held is None else 1), held, tries, NOW)


def test_events_name_a_courier() -> None:
    assert Courier(ANA, MERCHANT).author == f"courier:{ANA}"


@pytest.mark.parametrize("status", Status)
def test_only_what_is_prepared_or_was_a_couriers_can_be_taken(status: Status) -> None:
    assert (may_take(standing(), status) is None) == (status is Status.PREPARING)
    assert (may_take(standing(epoch=3), status) is None) == (status in WITH_A_COURIER)


def test_what_is_picked_up_by_its_customer_is_no_couriers() -> None:
    assert may_take(standing(delivered=False), Status.PREPARING) is not None


@pytest.mark.parametrize(("lease_seconds", "free"), [(60, False), (0.001, False), (0, True), (-60, True), (None, True)])
def test_a_lease_keeps_others_away_and_ends(lease_seconds: float | None, *, free: bool) -> None:
    now = standing(epoch=2, lease_seconds=lease_seconds)
    assert (may_take(now, Status.PREPARING) is None) == free
    assert (may_replace(now) is None) == free


def test_a_merchant_goes_on_where_codes_were_guessed() -> None:
    assert may_replace(standing(epoch=1, lease_seconds=60, tries=MOST_TRIES - 1)) is not None
    assert may_replace(standing(epoch=1, lease_seconds=60, tries=MOST_TRIES)) is None


def test_only_who_holds_an_order_goes_on_with_it() -> None:
    assert may_go_on(Claim(None, None, holds=True)) is None
    told = [may_go_on(None), *(may_go_on(Claim(ending, None, holds=False)) for ending in Ending)]
    assert all(refusal is not None for refusal in told)
    assert len({refusal.reason for refusal in told if refusal}) == 4  # lost, withdrawn, never had, no longer had


def test_it_is_delivered_after_it_was_picked_up() -> None:
    assert may_deliver(Claim(None, None, holds=True)) is not None
    assert may_deliver(Claim(None, NOW, holds=True)) is None
    assert may_deliver(Claim(Ending.LOST, NOW, holds=False)) is not None


def test_wrong_codes_are_counted_down_and_then_end() -> None:
    left = [wrong_code(tries).reason for tries in range(1, MOST_TRIES)]
    assert [str(MOST_TRIES - tries) in told for tries, told in enumerate(left, start=1)] == [True] * len(left)
    assert wrong_code(MOST_TRIES) == wrong_code(MOST_TRIES + 1)
