"""The spans of one order are complete, over real processes, whatever happens to them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from pedidos.domain.sampling import root_span
from pedidos.storage import spans
from pedidos.storage.orders.placing import place_many
from pedidos.storage.spans import Span
from pedidos.telemetry import attributes
from tests.integration.pipeline.rig import Rig
from tests.support.collector import Collector
from tests.support.shop import order_of
from tests.support.tables import rows
from tests.support.waiting import until

EVENTS = ["order.placed", "order.validated", "order.reserved", "order.charging", "order.paid", "order.confirmed"]
STEPS = {"validate", "reserve", "charge", "confirm"}
WAY = {"publish", "bridge", "gateway"}
"""The names of the other spans of an order that the rig confirms; it has no api, and no live."""


def watched(rig: Rig, count: int = 1, token: str = "tok_ok") -> list[UUID]:
    orders = [replace(order_of(rig.customer, rig.plenty, token=token), traced=True) for _ in range(count)]
    return [placed.order_id for placed in place_many(rig.engine, orders)]  # type: ignore[union-attr]


def complete(rig: Rig, order_id: UUID) -> list[Span]:
    """The spans of the order, once they have all steps and events of its way."""
    found: list[Span] = []

    def all_there() -> bool:
        found[:] = spans.of_trace(rig.engine, order_id)
        told = {span.name for span in found} >= WAY and set(published(found)) >= set(EVENTS)
        return told and {step for span in found for step in moved_by(span)} >= STEPS

    until(all_there, f"the spans of {order_id}")
    return found


def published(found: Sequence[Span]) -> list[str]:
    events = [span.attributes for span in found if span.name == "publish"]
    return [event[attributes.EVENT] for event in sorted(events, key=lambda event: int(event[attributes.NUMBER]))]


def only(found: Sequence[Span], name: str) -> Span:
    (span,) = [span for span in found if span.name == name]
    return span


def moved_by(span: Span) -> list[str]:
    """The steps whose commit this span shows. One commit may do several: they have one span, which names them all. The
    span of a second hint, which moves nothing, shows none."""
    if attributes.MOVED not in span.attributes:
        return []
    return str(span.attributes.get(attributes.STEPS, span.name)).split()


def moving(found: Sequence[Span], step: str) -> Span:
    """The span of the commit in which the step moved the order."""
    (span,) = [span for span in found if step in moved_by(span)]
    return span


def batch_of(rig: Rig, span: Span) -> Span:
    """The span of the batch that this part links to. It ends after its parts, so it may be stored after them."""
    ((trace, batch),) = span.links
    until(lambda: spans.of_trace(rig.engine, UUID(trace)), f"the batch of {span.name}")
    (whole,) = spans.of_trace(rig.engine, UUID(trace))
    assert (whole.name, whole.span_id) == (f"{span.name} batch", batch)
    return whole


def test_the_spans_of_an_order_are_complete(rig: Rig, collector: Collector) -> None:
    (order_id,) = watched(rig)
    rig.wait_for([order_id], "confirmed")
    found = complete(rig, order_id)
    root = f"{root_span(order_id):016x}"
    charge = moving(found, "charge")
    assert {span.parent for span in found if span.name != "gateway"} == {root}
    assert only(found, "gateway").parent == charge.span_id
    assert published(found) == EVENTS
    assert {span.instance for span in found} == {"relay-1", "bridge-1", "worker-1"}
    bridge = only(found, "bridge")
    assert bridge.attributes[attributes.PARTITION].isdecimal()
    assert bridge.attributes[attributes.OFFSET] >= 0
    assert all(span.attributes[attributes.OFFSET] >= 0 for span in found if span.name == "publish")
    assert charge.attributes[attributes.LEASE] == charge.attributes[attributes.ATTEMPT] == 1
    assert only(found, "gateway").attributes[attributes.VERDICT] == "captured"
    assert all(moving(found, step).attributes[attributes.MOVED] for step in STEPS)
    if rig.settings.fused_steps:
        assert [moved_by(span) for span in found if moved_by(span)] == [["validate", "reserve"], ["charge", "confirm"]]
    assert all(span.failed is None and span.ended_ns >= span.began_ns for span in found)

    # Each part of a batch links to the batch, which is in a trace of its own and links to the order.
    for span in found:
        if span.name != "gateway":
            assert (order_id.hex, root) in batch_of(rig, span).links

    # The collector gets the same.
    stored = {span.span_id for span in found}
    until(lambda: stored <= {span.span_id.hex() for span in list(collector.spans)}, "the spans at the collector")
    assert {span.trace_id.hex() for span in collector.spans if span.span_id.hex() in stored} == {order_id.hex}


def test_an_order_that_is_not_sampled_has_no_spans(rig: Rig) -> None:
    (order_id,) = rig.place()
    (after,) = watched(rig)
    rig.wait_for([order_id, after], "confirmed")
    complete(rig, after)
    assert spans.of_trace(rig.engine, order_id) == []


def test_complete_when_a_worker_was_killed_in_the_middle(rig: Rig) -> None:
    (order_id,) = watched(rig, token="tok_slow")  # a test token
    rig.wait_for([order_id], "charging")
    until(
        lambda: any("reserve" in moved_by(span) for span in spans.of_trace(rig.engine, order_id)),
        "its spans until then",
    )
    rig.kill("worker-1")  # it waits for the gateway; what it would have sent in the next half second is lost
    rig.start("worker-1")
    rig.wait_for([order_id], "confirmed")
    found = complete(rig, order_id)
    last = moving(found, "charge")
    assert published(found) == EVENTS
    assert last.attributes[attributes.LEASE] >= 2
    assert last.attributes[attributes.ATTEMPT] >= 2


def test_complete_when_the_charge_was_repeated(rig: Rig) -> None:
    (order_id,) = watched(rig, token="tok_error_then_ok")
    rig.wait_for([order_id], "confirmed")
    found = complete(rig, order_id)
    charges = [span for span in found if attributes.ATTEMPT in span.attributes and span.name == "charge"]
    assert [span.attributes[attributes.ATTEMPT] for span in charges] == list(range(1, len(charges) + 1))
    assert len(charges) >= 2
    verdicts = [span.attributes[attributes.VERDICT] for span in found if span.name == "gateway"]
    assert (verdicts[0], verdicts[-1]) == ("unknown", "captured")


def test_complete_over_a_batch_of_two_hundred(rig: Rig) -> None:
    rig.stop("bridge-1")
    order_ids = watched(rig, 100) + watched(rig, 100)
    rig.wait_until_published()
    rig.start("bridge-1")
    rig.wait_for(order_ids, "confirmed")
    found = {order_id: complete(rig, order_id) for order_id in order_ids}
    batches = {part.links[0]: part for part in (only(each, "bridge") for each in found.values())}
    wholes = [batch_of(rig, part) for part in batches.values()]
    most = max(wholes, key=lambda span: span.attributes[attributes.MESSAGES])
    assert most.attributes[attributes.MESSAGES] > 32
    assert len(most.links) == 32
    names = Counter(span.name for each in found.values() for span in each)
    assert names["validate"] >= 200
    assert names["gateway"] >= 200


def test_a_collector_that_is_silent_or_refuses_delays_no_order(rig: Rig, collector: Collector) -> None:
    collector.may_answer.clear()
    try:
        collector.asked.clear()
        order_ids = watched(rig, 20)
        rig.wait_for(order_ids, "confirmed")
        until(collector.asked.is_set, "the collector to be asked")
        for order_id in order_ids:
            complete(rig, order_id)  # the store is not affected
    finally:
        collector.refuses = True
        collector.may_answer.set()
    try:
        (order_id,) = watched(rig)
        rig.wait_for([order_id], "confirmed")
        complete(rig, order_id)
    finally:
        collector.refuses = False


def test_the_store_is_a_ring(rig: Rig) -> None:
    (slots,) = rows(rig.engine, "select max_value, cycle from pg_sequences where sequencename = 'spans_slot_seq'")
    assert slots.max_value == 100_000
    assert slots.cycle
