"""What a basket's cookie holds."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.validation import MAX_LINES, MAX_QUANTITY
from pedidos.processes.web.customer.baskets import Basket, parse, written

A, B = UUID(int=1), UUID(int=2)
LARGEST = 4096
"""Bytes of a cookie that every browser keeps (RFC 6265bis, 5.7)."""

items = st.dictionaries(st.uuids(), st.integers(1, MAX_QUANTITY), min_size=1, max_size=MAX_LINES)


@given(st.uuids(), items)
def test_it_is_read_as_it_was_written_in_the_same_order(merchant: UUID, wanted: dict[UUID, int]) -> None:
    basket = parse(written(Basket(merchant, wanted)))
    assert basket == Basket(merchant, wanted)
    assert list(basket.items) == list(wanted)
    assert len(written(basket)) < LARGEST - 200


@given(st.text())
def test_any_other_text_is_an_empty_basket_or_a_valid_one(text: str) -> None:
    basket = parse(text)
    assert len(basket.items) <= MAX_LINES
    assert all(0 < quantity <= MAX_QUANTITY for quantity in basket.items.values())


@pytest.mark.parametrize("text", ["", ".", f"{A.hex}", f"{A.hex}.", f"{A.hex}.{B.hex}x0", f"{A.hex}.{B.hex}x100"])
def test_a_broken_one_is_empty(text: str) -> None:
    assert parse(text) == Basket()


def test_another_shop_makes_a_new_basket_and_nothing_left_makes_an_empty_one() -> None:
    basket = Basket().with_item(A, B, 2)
    assert basket.with_item(B, A, 1) == Basket(B, {A: 1})
    assert basket.with_item(A, B, 0) == Basket()
    assert basket.with_item(A, B, 500).items == {B: MAX_QUANTITY}


def test_beyond_the_lines_of_an_order_nothing_is_put_in() -> None:
    full = Basket(A, {UUID(int=number): 1 for number in range(MAX_LINES)})
    assert full.with_item(A, UUID(int=1000), 1) == full
    assert full.with_item(A, UUID(int=0), 5).items[UUID(int=0)] == 5
