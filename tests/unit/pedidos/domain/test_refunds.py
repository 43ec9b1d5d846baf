"""What a part of an order is worth, and when it is given back."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.order import Refusal, Status
from pedidos.domain.payment import PaymentStatus
from pedidos.domain.reasons import recognised
from pedidos.domain.refunds import (
    REFUNDABLE,
    Bought,
    Cause,
    Missing,
    Paid,
    Part,
    TooMuch,
    Wish,
    decide,
    missing_cents,
)

PIZZA, DRINK = UUID(int=1), UUID(int=2)
ITEMS = [Bought(PIZZA, "Pizza", 2, 4990), Bought(DRINK, "Guaraná", 1, 900)]
PAID = Paid(Status.DELIVERED, PaymentStatus.CAPTURED, 2 * 4990 + 900 + 700, 0, ITEMS)


def missing(product: UUID, quantity: int = 1) -> Wish:
    return Wish(Cause.ITEMS_MISSING, missing=[Missing(product, quantity)])


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("payment", [None, *PaymentStatus])
def test_a_part_is_given_back_of_an_accepted_order_that_is_paid(status: Status, payment: PaymentStatus | None) -> None:
    decided = decide(Wish(Cause.LATE, 100), replace(PAID, status=status, payment=payment))
    if status in REFUNDABLE and payment is PaymentStatus.CAPTURED:
        assert decided == Part(100, decided.reason)
    else:
        assert isinstance(decided, Refusal)
        assert str(status) in decided.reason


@pytest.mark.parametrize(
    ("wish", "discount", "cents", "reason"),
    [
        (missing(PIZZA), 0, 4990, "Missing in the order: 1 × Pizza."),
        (missing(PIZZA, 2), 0, 9980, "Missing in the order: 2 × Pizza."),
        (
            missing(DRINK),
            1089,
            809,
            "Missing in the order: 1 × Guaraná.",
        ),  # of 900 a tenth less and a bit, rounded down
        (missing(DRINK), 10879, 1, "Missing in the order: 1 × Guaraná."),  # at least a cent
        (Wish(Cause.GOODWILL, 11580), 0, 11580, "The shop gives a part of the money back."),
    ],
)
def test_what_a_part_is_worth_and_what_is_said(wish: Wish, discount: int, cents: int, reason: str) -> None:
    assert decide(wish, replace(PAID, discount_cents=discount)) == Part(cents, reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wish", "changed", "item", "left"),
    [
        (Wish(Cause.LATE, 11581), {}, None, "11580"),
        (Wish(Cause.LATE, 581), {"returned_cents": 11000}, None, "580"),
        (missing(PIZZA), {"returned_cents": 11000}, None, "580"),
        (missing(PIZZA, 3), {}, 0, "2"),
        (missing(PIZZA, 2), {"missing": {PIZZA: 1}}, 0, "1"),
        (missing(UUID(int=3)), {}, 0, "0"),
        (Wish(Cause.ITEMS_MISSING, missing=[Missing(PIZZA, 1), Missing(PIZZA, 2)]), {}, 1, "1"),
    ],
)
def test_no_more_than_is_left_is_given_back(
    wish: Wish, changed: dict[str, object], item: int | None, left: str
) -> None:
    decided = decide(wish, replace(PAID, **changed))  # type: ignore[arg-type]
    assert isinstance(decided, TooMuch)
    assert decided.item == item
    assert f"Only {left} " in decided.reason


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 10_000)), min_size=1, max_size=5),
    st.floats(0, 1),
)
def test_all_units_one_by_one_are_worth_no_more_than_the_items_cost(lines: list[tuple[int, int]], share: float) -> None:
    items = [Bought(UUID(int=number), "x", units, cents) for number, (units, cents) in enumerate(lines)]
    gross = sum(units * cents for units, cents in lines)
    paid = replace(PAID, items=items, discount_cents=int((gross - 1) * share))
    singles = [Missing(line.product_id, 1) for line in items for _ in range(line.quantity)]
    worth = [missing_cents([each], paid) for each in singles]
    assert min(worth) >= 1
    # Each is at least a cent, so cheap units may be worth a cent more than their share.
    assert sum(worth) <= max(gross - paid.discount_cents, 0) + len(singles)
    assert missing_cents(singles, paid) == max(1, gross - paid.discount_cents)


def test_a_product_in_two_lines_counts_the_first_one_first() -> None:
    paid = replace(PAID, items=[Bought(PIZZA, "Pizza", 1, 100), Bought(PIZZA, "Pizza", 2, 300)])
    assert [missing_cents([Missing(PIZZA, units)], paid) for units in (1, 2, 3)] == [100, 400, 700]


@pytest.mark.parametrize("cause", Cause)
def test_what_is_said_can_be_translated(cause: Cause) -> None:
    wish = missing(PIZZA) if cause is Cause.ITEMS_MISSING else Wish(cause, 1)
    decided = decide(wish, PAID)
    assert isinstance(decided, Part)
    assert recognised(str(decided.reason)) == decided.reason
