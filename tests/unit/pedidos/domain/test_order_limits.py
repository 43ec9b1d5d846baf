"""What an account may order, and which accounts need not be counted."""

from collections import Counter
from uuid import UUID

import pytest

from pedidos.domain.order_limits import SHARE, Limit, OrderLimiter, OrderLimits, Use, too_many_units

LIMITS = OrderLimits(orders_per_minute=40, unpaid_orders=20, unpaid_units=10)
PIZZA, CAKE = UUID(int=1), UUID(int=2)
ANA, BIA = UUID(int=3), UUID(int=4)


@pytest.mark.parametrize(
    ("use", "items", "limit"),
    [
        (Use(), [(PIZZA, 10)], None),
        (Use(recent=39, unpaid=19), [(PIZZA, 1)], None),
        (Use(recent=40), [(PIZZA, 1)], Limit.ORDERS_PER_MINUTE),
        (Use(unpaid=20), [(PIZZA, 1)], Limit.UNPAID_ORDERS),
        (Use(), [(PIZZA, 6), (CAKE, 10), (PIZZA, 5)], Limit.UNPAID_UNITS),
    ],
)
def test_an_account_may_use_its_limits_up(use: Use, items: list[tuple[UUID, int]], limit: Limit | None) -> None:
    assert use.exceeded(items, LIMITS) is limit


def test_units_count_for_their_product() -> None:
    use = Use()
    use.add([(PIZZA, 4), (CAKE, 9), (PIZZA, 4)])
    assert use.exceeded([(PIZZA, 2), (CAKE, 1)], LIMITS) is None
    assert use.exceeded([(PIZZA, 3)], LIMITS) is Limit.UNPAID_UNITS
    assert (use.recent, use.unpaid) == (1, 1)


def test_orders_for_later_have_a_limit_of_their_own() -> None:
    use = Use(unpaid=20, units=Counter({PIZZA: 10}), scheduled=LIMITS.scheduled_orders - 1)
    assert use.exceeded([(PIZZA, 1)], LIMITS, later=True) is None
    use.add([(PIZZA, 1)], later=True)
    assert (use.recent, use.unpaid, use.units[PIZZA]) == (1, 20, 10)
    assert use.exceeded([(PIZZA, 1)], LIMITS, later=True) is Limit.SCHEDULED_ORDERS
    use.recent = LIMITS.orders_per_minute
    assert use.exceeded([(PIZZA, 1)], LIMITS, later=True) is Limit.ORDERS_PER_MINUTE


def test_an_order_may_be_too_large_alone() -> None:
    assert too_many_units([(PIZZA, 6), (CAKE, 10), (PIZZA, 5)], LIMITS) == [PIZZA]


def test_a_minute_ends_with_its_oldest_order() -> None:
    assert Use(recent=40, oldest_seconds=45.0).again_seconds(Limit.ORDERS_PER_MINUTE) == 15.0


@pytest.mark.parametrize("limit", Limit)
def test_each_limit_has_its_value(limit: Limit) -> None:
    assert LIMITS.most(limit) == getattr(LIMITS, limit.value)


def test_an_account_is_busy_for_at_least_a_minute_after_its_orders() -> None:
    limiter = OrderLimiter(LIMITS)
    quiet = LIMITS.orders_per_minute // SHARE
    limiter.note([BIA], now=1000.0)
    limiter.note([ANA] * quiet, now=1055.0)
    assert not limiter.busy(ANA, 0)
    assert limiter.busy(ANA, 1)
    assert not limiter.busy(BIA, quiet - 1)
    limiter.note([BIA], now=1114.0)  # another minute begins
    assert limiter.busy(ANA, 1)
    limiter.note([BIA], now=1175.0)
    assert not limiter.busy(ANA, quiet)
    limiter.note([ANA], now=1296.0)
    assert not limiter.busy(BIA, quiet)
