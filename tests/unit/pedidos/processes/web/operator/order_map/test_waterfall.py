"""The bars of recorded orders."""

import pytest

from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.waterfall import bars, whole_ms
from tests.unit.pedidos.processes.web.operator.order_map.recordings import CONFIRMED, NAMES, SLOW, recorded


@pytest.mark.parametrize("name", NAMES)
def test_every_span_is_a_bar_to_scale(name: str) -> None:
    found, spans = recorded(name)
    rows = bars(found.commits, spans)
    assert len(rows) == len(spans)
    assert rows[0].name == "accept"
    whole = whole_ms(rows)
    for row in rows:
        assert row.left == pytest.approx(row.began_ms / whole, abs=1e-6)
        assert row.width == pytest.approx(row.took_ms / whole, abs=1e-6)
        assert row.left + row.width <= 1 + 1e-9


def test_a_call_is_below_its_step_and_says_that_it_failed() -> None:
    found, spans = recorded(SLOW)
    rows = bars(found.commits, spans)
    call = next(row for row in rows if row.name == "gateway")
    assert (call.depth, call.place, call.failed) == (2, Place.GATEWAY, "CancelledError")
    assert rows[rows.index(call) - 1].name == "charge"


def test_without_spans_the_commits_are_shown() -> None:
    found, _ = recorded(CONFIRMED)
    rows = bars(found.commits, [])
    assert [row.event for row in rows] == [commit.type for commit in found.commits]
    assert (rows[0].left, rows[-1].left) == (0, 1)
    assert {row.place for row in rows} == {Place.LOG}
    assert (bars([], []), whole_ms([])) == ([], 0)
