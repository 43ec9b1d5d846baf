"""Units on a platform that others use too: the sum stays, unless a merchant counts."""

from pedidos_classroom.experiments.shared_ledger import units
from pedidos_drills.ledger.records import Stock


def test_units_move_between_the_counts() -> None:
    assert units({"a": Stock(5, 3, 2)}, {"a": 10}, set()).holds


def test_units_that_are_gone_are_found() -> None:
    (finding,) = units({"a": Stock(5, 3, 1)}, {"a": 10}, set()).findings
    assert finding == ("product a: 9 units, 10 at the start", None)


def test_a_merchant_may_count_them() -> None:
    assert units({"a": Stock(50, 3, 1)}, {"a": 10}, {"a"}).holds


def test_below_zero_is_wrong_even_then() -> None:
    assert not units({"a": Stock(-1, 3, 8)}, {"a": 10}, {"a"}).holds
