"""A hop is measured from its event's time to the first frame that shows it, and what is not shown has none."""

from typing import Any

import pytest

from pedidos_bench.browsing.hops import matched

TIMELINE = [
    {"version": 2, "type": "order.validated", "occurred_at": "2026-01-02T03:04:05.100Z"},
    {"version": 3, "type": "order.reserved", "occurred_at": "2026-01-02T03:04:05.110Z"},
    {"version": 7, "type": "order.preparing", "occurred_at": "2026-01-02T03:04:09.000Z"},
]
BEGIN = 1767323045000.0
"""03:04:05, in ms since the epoch."""


def told(version: int, heard: float, painted: float, *, seen: bool = True) -> dict[str, Any]:
    return {"version": version, "heard": BEGIN + heard, "painted": BEGIN + painted, "seen": seen}


def test_each_event_has_the_time_until_it_was_heard_and_until_it_was_seen() -> None:
    noted = [told(2, 150, 160), told(3, 150, 160), told(7, 4050, 4066), told(7, 9000, 9000)]
    validated, reserved, preparing = matched(TIMELINE, noted)
    assert validated.heard_ms == pytest.approx(50, abs=0.1)
    assert validated.seen_ms == pytest.approx(60, abs=0.1)
    assert reserved.seen_ms == pytest.approx(50, abs=0.1)
    # What a stream repeats after it was opened again is not later for that.
    assert preparing.seen_ms == pytest.approx(66, abs=0.1)
    assert [hop.by_shop for hop in (validated, reserved, preparing)] == [False, False, True]


def test_what_was_not_heard_or_not_shown_has_no_time() -> None:
    validated, reserved, preparing = matched(TIMELINE, [told(2, 150, 160), told(7, 4050, 4066, seen=False)])
    assert validated.seen_ms is not None
    assert (reserved.heard_ms, reserved.seen_ms) == (None, None)
    assert preparing.heard_ms is not None
    assert preparing.seen_ms is None
