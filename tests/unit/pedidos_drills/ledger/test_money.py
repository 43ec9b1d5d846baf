"""Parts that were given back add up with what was paid; any amount that is off is found."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.pedidos_drills.ledger.damages.money import with_part, with_vip_price
from tests.unit.pedidos_drills.ledger.damages.stock import with_coupon
from tests.unit.pedidos_drills.ledger.faithful import (
    CONFIRMED,
    DELIVERED_ONE,
    FATES,
    FIRST,
    Fate,
    accused,
    broken,
    faithful,
)
from tests.unit.pedidos_drills.ledger.invariants import MONEY


def test_parts_and_coupons_that_add_up_hold() -> None:
    keys = frozenset({(DELIVERED_ONE, "key-r")})
    assert not broken(replace(with_part(with_coupon(faithful())), refund_keys=keys))


def test_who_was_a_vip_when_the_order_was_placed_has_their_price() -> None:
    assert broken(with_vip_price(faithful(), [(None, 50.0), (90.0, 110.0)])) == set()
    assert broken(with_vip_price(faithful(), [(100.5, None)])) == set()  # the clock is read a moment later
    assert accused(with_vip_price(faithful(), []), MONEY) == {FIRST}


@given(st.lists(st.sampled_from(FATES), min_size=1, max_size=8), st.integers(-20_000, 20_000).filter(bool), st.data())
def test_money_that_is_off_by_any_amount_is_found(fates: list[Fate], cents: int, data: st.DataObject) -> None:
    evidence = faithful([*fates, CONFIRMED])
    entry = data.draw(st.sampled_from(evidence.book))
    damaged = replace(
        evidence,
        book=[replace(each, captured=each.captured + cents) if each is entry else each for each in evidence.book],
    )
    assert broken(damaged) == {MONEY}
    assert accused(damaged, MONEY) == {entry.key.partition(":")[2]}
