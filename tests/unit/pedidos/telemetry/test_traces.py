"""What is recorded of an order, and of a batch; nothing of orders that are not sampled."""

import time
from uuid import UUID

import pytest

from pedidos.domain.sampling import root_span
from pedidos.telemetry import traces
from pedidos.telemetry.attributes import MESSAGES
from tests.unit.pedidos.telemetry.traced import ANOTHER, NOT_SAMPLED, WATCHED, traced

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_without_a_tracer_nothing_is_recorded() -> None:
    assert not traces.sampled(WATCHED)
    assert traces.order_with_key(str(WATCHED).encode()) is None
    with traces.batch("charge", traces.chosen([WATCHED]), 1, {}) as work:
        assert work is traces.NOTHING
    traces.accepted(WATCHED, time.time_ns(), None, {})


def test_the_first_span_has_the_ids_of_the_order_and_a_link_to_its_caller() -> None:
    with traced() as memory:
        traces.accepted(WATCHED, 17, CALLER, {"http.route": "/v1/orders"})
        (span,) = memory.get_finished_spans()
        assert (span.context.trace_id, span.context.span_id) == (WATCHED.int, root_span(WATCHED))
        assert (span.parent, span.start_time) == (None, 17)
        (link,) = span.links
        assert f"{link.context.trace_id:032x}" == CALLER.split("-")[1]
        assert f"{link.context.span_id:016x}" == CALLER.split("-")[2]


@pytest.mark.parametrize("caller", [None, "00-" + "0" * 32 + "-b7ad6b7169203331-01", "nonsense"])
def test_no_caller_no_link(caller: str | None) -> None:
    with traced() as memory:
        traces.accepted(WATCHED, 17, caller, {})
        assert list(memory.get_finished_spans()[0].links) == []


def test_the_ids_of_one_order_are_not_those_of_the_next_span() -> None:
    with traced() as memory:
        traces.accepted(WATCHED, 17, None, {})
        with traces.batch("validate", traces.chosen([WATCHED]), 1, {}):
            pass
        part, whole = memory.get_finished_spans()[1:]
        assert whole.context.trace_id != WATCHED.int
        assert part.context.span_id != root_span(WATCHED)
        assert part.parent is not None
        assert part.parent.span_id == root_span(WATCHED)


def test_a_batch_and_its_sampled_orders_link_to_each_other() -> None:
    with traced() as memory:
        orders = traces.chosen([WATCHED, NOT_SAMPLED, ANOTHER])
        with traces.batch("validate", orders, 3, {"messaging.destination.name": "validate"}) as work:
            work.note(WATCHED, {"x": 1})
            work.note(NOT_SAMPLED, {"x": 1})
            work.end([ANOTHER, NOT_SAMPLED], {"pedidos.step.moved": True})
        another, watched, whole = memory.get_finished_spans()
        assert [span.context.trace_id for span in (another, watched)] == [ANOTHER.int, WATCHED.int]
        assert whole.name == "validate batch"
        assert whole.parent is None
        assert {link.context.trace_id for link in whole.links} == {WATCHED.int, ANOTHER.int}
        for part in (another, watched):
            assert [link.context.span_id for link in part.links] == [whole.context.span_id]
            assert part.attributes is not None
            assert part.attributes[MESSAGES] == 3
        assert watched.attributes is not None
        assert watched.attributes["x"] == 1
        assert "pedidos.step.moved" not in watched.attributes


def test_a_batch_links_to_thirty_two_orders_at_most() -> None:
    many = [UUID(int=WATCHED.int + number) for number in range(40)]
    with traced() as memory:
        with traces.batch("validate", traces.chosen(many), 40, {}):
            pass
        *parts, whole = memory.get_finished_spans()
        assert len(parts) == 40
        assert len(whole.links) == 32


def test_a_batch_that_fails_says_so_without_the_text_of_the_error() -> None:
    with traced() as memory:
        with pytest.raises(ValueError, match="tok_secret"), traces.batch("charge", traces.chosen([WATCHED]), 1, {}):
            raise ValueError("tok_secret")
        assert {span.status.description for span in memory.get_finished_spans()} == {"ValueError"}


def test_a_call_is_below_the_span_of_its_order_in_the_batch() -> None:
    with traced() as memory:
        with traces.batch("charge", traces.chosen([WATCHED]), 2, {}):
            work = traces.current()
            with work.call("gateway", f"charge:{WATCHED}") as call:
                call.answered({"pedidos.payment.verdict": "captured"})
            with work.call("gateway", f"charge:{NOT_SAMPLED}") as call:
                call.answered({"pedidos.payment.verdict": "captured"})
        assert traces.current() is traces.NOTHING
        gateway, part, _ = memory.get_finished_spans()
        assert gateway.parent is not None
        assert gateway.parent.span_id == part.context.span_id


def test_a_batch_inside_another_has_its_own_spans() -> None:
    with traced() as memory:
        with traces.batch("charge", traces.chosen([WATCHED]), 1, {}) as outer:
            with traces.batch("confirm", traces.chosen([WATCHED]), 1, {}):
                traces.current().note(WATCHED, {"inner": True})
            assert traces.current() is outer
        inner = [span.name for span in memory.get_finished_spans() if "inner" in (span.attributes or {})]
        assert inner == ["confirm"]


@pytest.mark.parametrize("key", [None, b"", b"x" * 36, b"\xff" * 36, str(NOT_SAMPLED).encode()])
def test_keys_that_are_no_sampled_order(key: bytes | None) -> None:
    with traced():
        assert traces.order_with_key(key) is None
        assert traces.order_with_key(str(WATCHED).encode()) == WATCHED


def test_a_span_of_an_order_from_a_moment_to_now() -> None:
    with traced() as memory:
        traces.record(WATCHED, "stream", 17, {})
        traces.record(NOT_SAMPLED, "stream", 17, {})
        (span,) = memory.get_finished_spans()
        assert (span.name, span.start_time) == ("stream", 17)
