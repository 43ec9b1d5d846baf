"""When somebody was a VIP, as the ledger counts it."""

import pytest

from pedidos_drills.ledger.vips import VipPrice, problems


@pytest.mark.parametrize(
    ("times", "was_one"),
    [
        ([], False),
        ([(None, None)], True),
        ([(40.0, None)], True),
        ([(60.0, None)], False),
        ([(50.9, None)], True),
        ([(None, 49.1)], True),
        ([(None, 40.0)], False),
        ([(10.0, 20.0), (30.0, 40.0)], False),
        ([(10.0, 20.0), (45.0, 55.0)], True),
    ],
)
def test_the_order_was_placed_at_50_seconds(times: list[tuple[float | None, float | None]], was_one: bool) -> None:
    found = list(problems([VipPrice("o", 50.0, times)]))
    assert [order_id for _, order_id in found] == ([] if was_one else ["o"])
