"""The figures of a demo."""

from pedidos_local.cli.demo_board import summary
from pedidos_local.cli.demo_tally import Tally, percentile
from pedidos_local.client.stream import Event


def event(order_id: str, version: int, status: str, at: float, **detail: object) -> Event:
    kind = "order.placed" if status == "received" else f"order.{status}"
    stamp = f"1970-01-01T00:00:{at:06.3f}+00:00"
    data = {"order_id": order_id, "version": version, "status": status, "occurred_at": stamp, "detail": detail}
    return Event(f"{version}-1", kind, data, at + 0.02)


def test_follows_each_order() -> None:
    tally = Tally()
    for each in (
        event("a", 1, "received", 1.0),
        event("a", 2, "validated", 1.1),
        event("a", 3, "confirmed", 1.5),
        event("a", 2, "validated", 1.1),
        event("b", 1, "received", 2.0),
        event("b", 2, "declined", 2.5, reason="insufficient_funds"),
        event("c", 1, "received", 3.0),
        event("of an earlier demo", 7, "delivered", 3.0),
    ):
        tally.see(each)
    assert tally.orders() == {"confirmed": 1, "declined": 1, "received": 1}
    assert tally.unsettled() == 1
    assert [round(ms) for ms in tally.confirm_ms] == [500]
    assert list(tally.failures) == ["b declined insufficient_funds"]


def test_an_answer_may_come_before_or_after_its_events() -> None:
    tally = Tally()
    tally.accept("a", 7.0)
    assert tally.orders() == {"received": 1}
    tally.see(event("a", 1, "received", 1.0))
    tally.see(event("a", 2, "confirmed", 1.2))
    tally.accept("a", 7.0)
    assert tally.orders() == {"confirmed": 1}


def test_rates_are_of_the_last_ten_seconds() -> None:
    tally = Tally()
    for number in range(20):
        tally.see(event(str(number), 1, "received", float(number)))
    assert tally.rates(20.0) == (1.0, 0.0, 1.0)
    assert tally.rates(40.0) == (0.0, 0.0, 0.0)


def test_percentiles_by_nearest_rank() -> None:
    assert percentile([], 0.5) is None
    assert percentile([5.0], 0.95) == 5.0
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95.0


def test_the_summary_names_what_was_refused() -> None:
    tally = Tally()
    tally.accept("a", 12.0)
    tally.refuse("503: away")
    lines = summary(tally, worst_lag=9)
    assert lines[0] == "1 orders placed: received 1"
    assert any("1 × 503: away" in line for line in lines)
    assert lines[-1] == "1 orders are still on their way"
