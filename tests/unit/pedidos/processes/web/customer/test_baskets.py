"""What a basket's cookie holds."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.options import MOST_CHOSEN
from pedidos.domain.validation import MAX_LINES, MAX_QUANTITY
from pedidos.processes.web.customer.baskets import Basket, Wanted, parse, wanted, written

A, B = UUID(int=1), UUID(int=2)
LARGEST = 4096
"""Bytes of a cookie that every browser keeps (RFC 6265bis, 5.7)."""

TOO_MANY = f"{A.hex}.{'-'.join(UUID(int=number).hex for number in range(MOST_CHOSEN + 2))}x1"

lines = st.builds(wanted, st.uuids(), st.lists(st.uuids(), max_size=3))
items = st.dictionaries(lines, st.integers(1, MAX_QUANTITY), min_size=1, max_size=MAX_LINES)


@given(st.uuids(), items)
def test_it_is_read_as_it_was_written_in_the_same_order(merchant: UUID, bought: dict[Wanted, int]) -> None:
    basket = parse(written(Basket(merchant, bought)))
    assert basket == Basket(merchant, bought)
    assert list(basket.items) == list(bought)


@given(st.uuids(), st.lists(lines, min_size=1, max_size=2 * MAX_LINES))
def test_it_fits_into_a_cookie_whatever_is_put_in(merchant: UUID, bought: list[Wanted]) -> None:
    basket = Basket()
    for item in bought:
        basket = basket.with_item(merchant, item, 99)
    assert 0 < len(written(basket)) < LARGEST - 200
    assert len(basket.items) <= MAX_LINES
    assert parse(written(basket)) == basket


def test_the_same_choices_are_one_line_in_whatever_order_they_were_made() -> None:
    assert wanted(A, [B, A]) == wanted(A, [A, B, A]) == Wanted(A, (A, B))


def test_an_order_has_its_lines_and_the_choices_of_those_that_have_some() -> None:
    basket = Basket(A, {wanted(A): 2, wanted(A, [B]): 3, wanted(B): 1})
    assert basket.order_items() == [(A, 2), (A, 3), (B, 1)]
    assert basket.order_choices() == {1: (B,)}


@given(st.text())
def test_any_other_text_is_an_empty_basket_or_a_valid_one(text: str) -> None:
    basket = parse(text)
    assert len(basket.items) <= MAX_LINES
    assert all(0 < quantity <= MAX_QUANTITY for quantity in basket.items.values())


@pytest.mark.parametrize(
    "text", ["", ".", f"{A.hex}", f"{A.hex}.", f"{A.hex}.{B.hex}x0", f"{A.hex}.{B.hex}x100", TOO_MANY]
)
def test_a_broken_one_is_empty(text: str) -> None:
    assert parse(text) == Basket()


def test_another_shop_makes_a_new_basket_and_nothing_left_makes_an_empty_one() -> None:
    basket = Basket().with_item(A, wanted(B), 2)
    assert basket.with_item(B, wanted(A), 1) == Basket(B, {wanted(A): 1})
    assert basket.with_item(A, wanted(B), 0) == Basket()
    assert basket.with_item(A, wanted(B), 500).items == {wanted(B): MAX_QUANTITY}


def test_beyond_the_lines_of_an_order_nothing_is_put_in() -> None:
    full = Basket(A, {wanted(UUID(int=number)): 1 for number in range(MAX_LINES)})
    assert full.with_item(A, wanted(UUID(int=1000)), 1) == full
    assert full.with_item(A, wanted(UUID(int=0)), 5).items[wanted(UUID(int=0))] == 5
