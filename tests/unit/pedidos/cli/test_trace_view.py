"""The waterfall of an order."""

from uuid import UUID

from pedidos.cli.trace_view import BAR, waterfall
from pedidos.storage.spans import Span

ORDER = UUID("01900000-0000-7000-80ff-ffff00000001")
MS = 1_000_000
BEGIN = 1_795_962_941_000 * MS


def span(span_id: str, parent: str, name: str, began: int, ended: int, **attributes: object) -> Span:
    named = {key.replace("_", "."): value for key, value in attributes.items()}
    return Span(ORDER, span_id, parent, name, BEGIN + began * MS, BEGIN + ended * MS, "worker", "worker-1", named)


def test_spans_stand_below_theirs_in_the_order_of_time() -> None:
    lines = waterfall(
        [
            span("c", "b", "gateway", 60, 80, pedidos_payment_verdict="captured"),
            span("b", "a", "charge", 50, 100, pedidos_payment_attempt=2),
            span("a", "", "accept", 0, 10),
            span("d", "a", "publish", 20, 30, pedidos_event_type="order.placed"),
        ]
    )
    assert lines[0].startswith(str(ORDER))
    assert [line.split("  worker-1")[0].rstrip() for line in lines[2:]] == [
        "accept",
        "  publish order.placed",
        "  charge",
        "    gateway",
    ]
    assert lines[-1].endswith("captured")
    assert lines[-2].endswith("attempt 2")


def test_bars_say_when() -> None:
    lines = waterfall([span("a", "", "accept", 0, 50), span("b", "a", "confirm", 99, 100)])
    first, last = (line.split("worker-1  ")[1][:BAR] for line in lines[2:])
    assert first == "█" * (BAR // 2) + " " * (BAR // 2)
    assert last == " " * (BAR - 1) + "█"


def test_a_span_whose_parent_is_missing_stands_at_the_top() -> None:
    lines = waterfall([span("b", "gone", "charge", 5, 5)])
    assert lines[2].startswith("charge")


def test_the_first_offset_is_said_and_an_empty_reason_is_not() -> None:
    first = span("a", "", "bridge", 0, 1, messaging_kafka_offset=0, pedidos_payment_reason="")
    assert waterfall([first])[2].endswith("  offset 0")


def test_a_failure_is_said() -> None:
    failed = Span(ORDER, "a", "", "charge", BEGIN, BEGIN + MS, "worker", "worker-1", failed="DatabaseUnavailable")
    assert waterfall([failed])[2].endswith("failed: DatabaseUnavailable")
