"""Who gets the last units."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.coupons import UNLIMITED, CouponUse, UsesLeft
from pedidos.domain.stock import Scarce, Shortage, Want, allocate

PRODUCTS = tuple(UUID(int=number) for number in range(101, 105))
CAFE = PRODUCTS[2]

units: st.SearchStrategy[dict[Scarce, int]] = st.dictionaries(st.sampled_from(PRODUCTS), st.integers(1, 8), min_size=1)
queues = st.lists(units, max_size=25).map(lambda each: [Want(UUID(int=n), wanted) for n, wanted in enumerate(each)])
stocks = st.dictionaries(st.sampled_from(PRODUCTS), st.integers(0, 30))


@given(queues, stocks)
def test_units_are_neither_made_nor_lost_nor_below_zero(wants: list[Want], on_hand: dict[Scarce, int]) -> None:
    allocation = allocate(wants, on_hand)
    granted = [want for want in wants if want.order_id in allocation.granted]
    for product in PRODUCTS:
        given_out = sum(want.units.get(product, 0) for want in granted)
        assert given_out == allocation.taken.get(product, 0) <= on_hand.get(product, 0)
    assert all(count > 0 for count in allocation.taken.values())


@given(queues, stocks)
def test_each_order_is_served_whole_or_told_what_lacked(wants: list[Want], on_hand: dict[Scarce, int]) -> None:
    allocation = allocate(wants, on_hand)
    assert sorted([*allocation.granted, *allocation.short]) == [want.order_id for want in wants]
    for order_id, lacking in allocation.short.items():
        assert lacking.products
        assert set(lacking.products) <= wants[order_id.int].units.keys()


@given(queues, stocks)
def test_first_come_first_served(wants: list[Want], on_hand: dict[Scarce, int]) -> None:
    """An order gets its units exactly if those that were served before it have left enough."""
    allocation = allocate(wants, on_hand)
    left: dict[Scarce, int] = {product: on_hand.get(product, 0) for product in PRODUCTS}
    for want in wants:
        lacking = {product for product, count in want.units.items() if count > left[product]}
        assert (want.order_id in allocation.granted) == (not lacking)
        assert set(allocation.short[want.order_id].products if lacking else ()) == lacking
        if not lacking:
            left = {product: rest - want.units.get(product, 0) for product, rest in left.items()}


@given(queues, stocks)
def test_one_that_is_short_changes_nothing_for_the_others(wants: list[Want], on_hand: dict[Scarce, int]) -> None:
    allocation = allocate(wants, on_hand)
    without = allocate([want for want in wants if want.order_id in allocation.granted], on_hand)
    assert without.granted == allocation.granted
    assert without.taken == allocation.taken
    assert without.short == {}


@given(queues, stocks)
def test_what_was_given_is_left_as_it_was(wants: list[Want], on_hand: dict[Scarce, int]) -> None:
    before = dict(on_hand)
    assert allocate(wants, on_hand) == allocate(wants, on_hand)
    assert on_hand == before


def test_a_large_order_does_not_block_a_small_one_behind_it() -> None:
    large, small = Want(UUID(int=1), {CAFE: 11}), Want(UUID(int=2), {CAFE: 10})
    allocation = allocate([large, small], {CAFE: 10})
    assert allocation.granted == [small.order_id]
    assert allocation.short == {large.order_id: Shortage([CAFE])}
    assert allocation.taken == {CAFE: 10}


def test_a_product_without_stock_has_none() -> None:
    want = Want(UUID(int=1), {CAFE: 1})
    assert allocate([want], {}).short == {want.order_id: Shortage([CAFE])}


def wanted(units: int, use: CouponUse) -> dict[Scarce, int]:
    """Units of coffee, with a coupon."""
    return {CAFE: units} | dict[Scarce, int](dict.fromkeys(use.scarce, 1))


def test_the_last_use_of_a_coupon_is_given_out_as_the_last_unit_is() -> None:
    ana, bia = UUID(int=1), UUID(int=2)
    use = {person: CouponUse(UUID(int=7), person) for person in (ana, bia)}
    wants = [Want(UUID(int=n), wanted(1, use[person])) for n, person in enumerate((ana, ana, bia, bia))]
    left: dict[Scarce, int] = {CAFE: 9, UsesLeft(UUID(int=7)): 2}
    left |= {UsesLeft(UUID(int=7), person): 1 for person in (ana, bia)}
    allocation = allocate(wants, left)
    assert allocation.granted == [UUID(int=0), UUID(int=2)]
    assert allocation.taken == {CAFE: 2}
    assert allocation.short[UUID(int=1)] == Shortage([], UsesLeft(UUID(int=7), ana))
    assert allocation.short[UUID(int=3)] == Shortage([], UsesLeft(UUID(int=7)))


def test_an_order_without_its_units_leaves_its_coupon_to_the_next() -> None:
    ana = UUID(int=1)
    use = CouponUse(UUID(int=7), ana)
    wants = [Want(UUID(int=0), wanted(2, use)), Want(UUID(int=1), wanted(1, use))]
    left: dict[Scarce, int] = {CAFE: 1, UsesLeft(UUID(int=7)): 1, UsesLeft(UUID(int=7), ana): UNLIMITED}
    assert allocate(wants, left).granted == [UUID(int=1)]
