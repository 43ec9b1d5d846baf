"""Who gets the last units."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.stock import Want, allocate

PRODUCTS = tuple(UUID(int=number) for number in range(101, 105))
CAFE = PRODUCTS[2]

units = st.dictionaries(st.sampled_from(PRODUCTS), st.integers(1, 8), min_size=1)
queues = st.lists(units, max_size=25).map(lambda each: [Want(UUID(int=n), wanted) for n, wanted in enumerate(each)])
stocks = st.dictionaries(st.sampled_from(PRODUCTS), st.integers(0, 30))


@given(queues, stocks)
def test_units_are_neither_made_nor_lost_nor_below_zero(wants: list[Want], on_hand: dict[UUID, int]) -> None:
    allocation = allocate(wants, on_hand)
    granted = [want for want in wants if want.order_id in allocation.granted]
    for product in PRODUCTS:
        given_out = sum(want.units.get(product, 0) for want in granted)
        assert given_out == allocation.taken.get(product, 0) <= on_hand.get(product, 0)
    assert all(count > 0 for count in allocation.taken.values())


@given(queues, stocks)
def test_each_order_is_served_whole_or_told_what_lacked(wants: list[Want], on_hand: dict[UUID, int]) -> None:
    allocation = allocate(wants, on_hand)
    assert sorted([*allocation.granted, *allocation.short]) == [want.order_id for want in wants]
    for order_id, lacking in allocation.short.items():
        assert lacking
        assert set(lacking) <= wants[order_id.int].units.keys()


@given(queues, stocks)
def test_first_come_first_served(wants: list[Want], on_hand: dict[UUID, int]) -> None:
    """An order gets its units exactly if those that were served before it have left enough."""
    allocation = allocate(wants, on_hand)
    left = {product: on_hand.get(product, 0) for product in PRODUCTS}
    for want in wants:
        lacking = {product for product, count in want.units.items() if count > left[product]}
        assert (want.order_id in allocation.granted) == (not lacking)
        assert set(allocation.short.get(want.order_id, ())) == lacking
        if not lacking:
            left = {product: rest - want.units.get(product, 0) for product, rest in left.items()}


@given(queues, stocks)
def test_one_that_is_short_changes_nothing_for_the_others(wants: list[Want], on_hand: dict[UUID, int]) -> None:
    allocation = allocate(wants, on_hand)
    without = allocate([want for want in wants if want.order_id in allocation.granted], on_hand)
    assert without.granted == allocation.granted
    assert without.taken == allocation.taken
    assert without.short == {}


@given(queues, stocks)
def test_what_was_given_is_left_as_it_was(wants: list[Want], on_hand: dict[UUID, int]) -> None:
    before = dict(on_hand)
    assert allocate(wants, on_hand) == allocate(wants, on_hand)
    assert on_hand == before


def test_a_large_order_does_not_block_a_small_one_behind_it() -> None:
    large, small = Want(UUID(int=1), {CAFE: 11}), Want(UUID(int=2), {CAFE: 10})
    allocation = allocate([large, small], {CAFE: 10})
    assert allocation.granted == [small.order_id]
    assert allocation.short == {large.order_id: [CAFE]}
    assert allocation.taken == {CAFE: 10}


def test_a_product_without_stock_has_none() -> None:
    want = Want(UUID(int=1), {CAFE: 1})
    assert allocate([want], {}).short == {want.order_id: [CAFE]}
