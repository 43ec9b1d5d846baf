"""Prices, opening hours, retries, payments and validation."""

import zoneinfo
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.payment import idempotency_key
from pedidos.domain.pricing import Line, total_cents
from pedidos.domain.retry import RetryPolicy
from pedidos.domain.schedule import Interval, is_open
from pedidos.domain.validation import MAX_TOTAL_CENTS, MerchantFacts, OrderFacts, problems

lines = st.lists(st.builds(Line, st.just("p"), st.integers(1, 99), st.integers(1, 10_000_000)), max_size=50)


@given(lines, st.randoms(use_true_random=False))
def test_a_total_is_the_sum_whatever_the_order_of_the_lines(some: list[Line], chance: object) -> None:
    units = [line.unit_price_cents for line in some for _ in range(line.quantity)]
    assert total_cents(some) == sum(units)
    chance.shuffle(some)  # type: ignore[attr-defined]
    assert total_cents(some) == sum(units)


@given(lines, lines)
def test_totals_add_up(some: list[Line], more: list[Line]) -> None:
    assert total_cents([*some, *more]) == total_cents(some) + total_cents(more)


# 2026-11-24 is a Tuesday. São Paulo is three hours behind UTC all year, since 2019.
TUESDAY, WEDNESDAY = 2, 3
EVENING = [Interval(TUESDAY, 18 * 60, 24 * 60), Interval(WEDNESDAY, 0, 2 * 60)]


@pytest.mark.parametrize(
    ("moment", "open_then"),
    [
        ("2026-11-24T17:59:59.999999-03:00", False),
        ("2026-11-24T18:00:00-03:00", True),
        ("2026-11-24T23:59:59.999999-03:00", True),
        ("2026-11-25T00:00:00-03:00", True),
        ("2026-11-25T01:59:59.999999-03:00", True),
        ("2026-11-25T02:00:00-03:00", False),
        ("2026-11-25T18:00:00-03:00", False),
        ("2026-11-24T21:00:00+00:00", True),
        ("2026-11-24T18:00:00+00:00", False),
        ("2026-11-25T06:00:00+09:00", True),
    ],
)
def test_open_from_until_just_before_also_across_midnight(moment: str, open_then: bool) -> None:
    assert is_open(EVENING, "America/Sao_Paulo", datetime.fromisoformat(moment)) is open_then


def test_a_day_is_the_merchants_own() -> None:
    """Sunday 23:00 in Manaus is Monday in São Paulo already."""
    sunday = [Interval(7, 0, 1440)]
    moment = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
    assert is_open(sunday, "America/Manaus", moment)
    assert not is_open(sunday, "America/Sao_Paulo", moment)


def test_local_time_decides_on_a_day_when_clocks_change() -> None:
    """On 2026-10-25 in Lisbon 01:30 comes twice, an hour apart; both are within 01:00 to 02:00."""
    night = [Interval(7, 60, 120)]
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert is_open(night, "Europe/Lisbon", first)
    assert is_open(night, "Europe/Lisbon", first + timedelta(hours=1))
    assert not is_open(night, "Europe/Lisbon", first + timedelta(hours=2))


moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds


@given(moments, st.sampled_from(["America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Kiritimati", "Europe/Lisbon"]))
def test_always_open_never_closes_and_without_hours_never_opens(moment: datetime, zone: str) -> None:
    assert is_open([Interval(weekday, 0, 1440) for weekday in range(1, 8)], zone, moment)
    assert not is_open([], zone, moment)


@given(moments, st.integers(1, 7), st.integers(0, 1439), st.integers(1, 1440))
def test_hours_are_minutes_of_the_local_day(moment: datetime, weekday: int, opens: int, closes: int) -> None:
    local = moment.astimezone(zoneinfo.ZoneInfo("America/Sao_Paulo"))
    since_midnight = local - local.replace(hour=0, minute=0, second=0, microsecond=0)
    expected = local.isoweekday() == weekday and (
        timedelta(minutes=opens) <= since_midnight < timedelta(minutes=closes)
    )
    assert is_open([Interval(weekday, opens, closes)], "America/Sao_Paulo", moment) is expected


policies = st.builds(RetryPolicy, st.floats(0.01, 60), st.floats(60, 3600), st.integers(1, 1_000_000))
chances = st.floats(0, 1, exclude_max=True)


@given(policies, st.integers(1, 2_000_000), chances)
def test_a_retry_is_bounded_in_count_and_in_delay(policy: RetryPolicy, attempt: int, chance: float) -> None:
    delay = policy.delay(attempt, chance)
    assert policy.max_attempts is not None
    assert (delay is None) == (attempt >= policy.max_attempts)
    if delay is not None:
        assert policy.base_seconds / 2 <= delay <= policy.cap_seconds


@given(policies, st.integers(1, 100), chances)
def test_later_attempts_wait_no_less(policy: RetryPolicy, attempt: int, chance: float) -> None:
    policy = replace(policy, max_attempts=1000)
    now, later = policy.delay(attempt, chance), policy.delay(attempt + 1, chance)
    assert now is not None
    assert later is not None
    assert now <= later


@given(st.integers(1, 20), st.integers(51, 99), st.integers(51, 99))
def test_chance_spreads_the_retries(attempt: int, one: int, other: int) -> None:
    """Chances are hundredths: two floats that are all but equal give the same delay."""
    policy = RetryPolicy(base_seconds=0.001, cap_seconds=1e9, max_attempts=100)
    assert (policy.delay(attempt, one / 100) == policy.delay(attempt, other / 100)) == (one == other)


@given(st.uuids(), st.uuids())
def test_orders_share_no_key(one: object, other: object) -> None:
    assert (idempotency_key(str(one)) == idempotency_key(str(other))) == (one == other)


GOOD = OrderFacts(
    placed_at=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    total_cents=MAX_TOTAL_CENTS,
    customer_active=True,
    merchant=MerchantFacts(True, "America/Sao_Paulo", (Interval(TUESDAY, 0, 1440),)),
    inactive_products=(),
    foreign_products=(),
)
FAULTS: dict[str, dict[str, Any]] = {
    "account": {"customer_active": False},
    "does not take orders": {"merchant": replace(GOOD.merchant, active=False)},
    "was closed": {"merchant": replace(GOOD.merchant, hours=())},
    "No longer sold: Pizza, Pão.": {"inactive_products": ("Pizza", "Pão")},
    "another merchant: Café.": {"foreign_products": ("Café",)},
    "above the limit": {"total_cents": MAX_TOTAL_CENTS + 1},
}


def test_a_good_order_has_no_problem() -> None:
    assert problems(GOOD) == []


@given(st.sets(st.sampled_from(sorted(FAULTS))))
def test_every_fault_is_told_and_nothing_else(chosen: set[str]) -> None:
    facts = GOOD
    for fault in sorted(chosen, reverse=True):  # "was closed" first, so that "does not take orders" replaces it
        facts = replace(facts, **FAULTS[fault])
    if {"was closed", "does not take orders"} <= chosen:
        chosen = chosen - {"was closed"}  # of a merchant that takes no orders, hours do not matter
    found = problems(facts)
    assert len(found) == len(chosen)
    assert all(any(fault in problem for problem in found) for fault in chosen)
