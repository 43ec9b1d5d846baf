"""Units that are off in any part of the stock are found."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pedidos_drills.ledger.records import Stock
from tests.unit.pedidos_drills.ledger.faithful import DRINK, FATES, PIZZA, Fate, broken, faithful
from tests.unit.pedidos_drills.ledger.invariants import STOCK


@given(
    st.lists(st.sampled_from(FATES), max_size=8),
    st.sampled_from([PIZZA, DRINK]),
    st.tuples(*[st.integers(-3, 3)] * 3).filter(any),
)
def test_stock_that_is_off_in_any_part_is_found(fates: list[Fate], product: str, off: tuple[int, int, int]) -> None:
    evidence = faithful(fates)
    now = evidence.stock[product]
    moved = Stock(now.on_hand + off[0], now.reserved + off[1], now.sold + off[2])
    assert broken(replace(evidence, stock={**evidence.stock, product: moved})) == {STOCK}
