"""Hops that a map did not show are not forgotten in its figures."""

from pedidos_bench.browsing.hops import Hop
from pedidos_bench.measures.map_hops import run_of


def test_the_share_is_of_all_hops() -> None:
    hops = [Hop("order.paid", 40.0, 60.0, False), Hop("order.preparing", 180.0, 200.0, True)]
    run = run_of([*hops, Hop("order.paid", None, None, False), Hop("order.paid", 10.0, 150.0, False)])
    assert run.figures["hops"] == 4
    assert run.figures["hop_seen_within_goal_percent"] == 50
    assert run.figures["hop_seen_p99_ms"] == 200
    assert run.figures["hop_by_shop_seen_p50_ms"] == 200
    assert run.findings == ["1 hops were not shown: order.paid"]


def test_without_a_hop_that_was_shown_there_are_no_times() -> None:
    run = run_of([Hop("order.paid", None, None, False)])
    assert run.figures == {"hops": 1.0, "hop_seen_within_goal_percent": 0.0}
