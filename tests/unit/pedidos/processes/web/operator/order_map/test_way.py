"""The way of recorded orders, with and without their spans."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pedidos.domain.cursor import Cursor
from pedidos.domain.order import Status
from pedidos.domain.steps import Step
from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.transactions import actor_step, nanoseconds
from pedidos.processes.web.operator.order_map.way import Visit, way
from pedidos.storage.orders.inspecting import Commit
from tests.unit.pedidos.processes.web.operator.order_map.recordings import (
    CONFIRMED,
    DECLINED,
    KILLED,
    NAMES,
    SLOW,
    TOGETHER,
    recorded,
)

P = Place
OPENING = [P.EDGE, P.API, P.LOG, P.RELAY, P.KAFKA, P.BRIDGE]
OUT = [P.LOG, P.RELAY, P.KAFKA, P.STREAM]
CHARGED = [P.QUEUE, P.WORKER, P.GATEWAY]


def places(visits: list[Visit]) -> list[Place]:
    return [visit.place for visit in visits]


def test_an_order_to_which_nothing_happens() -> None:
    found, spans = recorded(CONFIRMED)
    visits = way(found.commits, spans)
    assert places(visits) == [*OPENING, P.QUEUE, P.WORKER, P.WORKER, *CHARGED, P.WORKER, *OUT]
    assert [visit.step for visit in visits if visit.place is P.WORKER] == [
        Step.VALIDATE,
        Step.RESERVE,
        Step.CHARGE,
        Step.CONFIRM,
    ]
    assert all(visit.began is not None for visit in visits)
    assert [visit.version for visit in visits if visit.place is P.KAFKA] == [1, 6]


def test_the_commits_alone_lead_the_same_way() -> None:
    found, spans = recorded(CONFIRMED)
    bare = way(found.commits, [])
    assert places(bare) == places(way(found.commits, spans))
    worker = next(visit for visit in bare if visit.place is P.WORKER)
    assert (worker.instance, worker.began) == ("worker-1", nanoseconds(found.commits[1].occurred_at))
    assert next(visit for visit in bare if visit.place is P.BRIDGE).began is None


def test_an_order_for_later_goes_to_the_bridge_when_it_is_released() -> None:
    placed = recorded(CONFIRMED).found.commits[0]
    planned = replace(placed, type="order.scheduled", status=Status.SCHEDULED)
    at, later = placed.occurred_at + timedelta(days=1), Cursor(placed.cursor.txid + 9, placed.cursor.seq + 9)
    released = replace(placed, version=2, detail={"by": "worker-1"}, occurred_at=at, cursor=later)
    assert places(way([planned], [])) == OPENING[:-1]
    visits = way([planned, released], [])
    assert places(visits) == [*OPENING[:-1], P.QUEUE, P.WORKER, P.LOG, P.RELAY, P.KAFKA, P.BRIDGE]
    assert [visit.step for visit in visits if visit.place is P.WORKER] == [Step.EXPIRE]
    assert [visit.version for visit in visits if visit.place is P.KAFKA] == [1, 2]


@pytest.mark.parametrize("spans_too", [True, False])
def test_steps_that_shared_a_commit_are_one_visit(spans_too: bool) -> None:
    """And the order was in no queue before it was charged."""
    found, spans = recorded(TOGETHER)
    visits = way(found.commits, spans if spans_too else [])
    assert places(visits) == [*OPENING, P.QUEUE, P.WORKER, P.WORKER, P.GATEWAY, P.WORKER, *OUT]
    assert [visit.together for visit in visits if visit.place is P.WORKER] == [
        (Step.VALIDATE, Step.RESERVE, Step.CHARGE),
        (),
        (Step.CHARGE, Step.CONFIRM),
    ]
    assert all(
        not visit.together
        for visit in way(recorded(CONFIRMED).found.commits, recorded(CONFIRMED).spans)
        if visit.place is P.WORKER
    )


def test_an_order_that_waits_for_the_gateway_was_in_no_queue_for_it() -> None:
    found, spans = recorded(TOGETHER)
    asked = [commit for commit in found.commits if commit.version <= 4]
    began = [span for span in spans if span.name in ("accept", "commit", "bridge", "validate")]
    for told in (began, []):
        assert places(way(asked, told))[len(OPENING) :] == [P.QUEUE, P.WORKER, P.WORKER, P.GATEWAY]


def test_a_declined_order_ends_after_the_gateway() -> None:
    found, spans = recorded(DECLINED)
    for told in (spans, []):
        assert places(way(found.commits, told))[-7:] == [*CHARGED, *OUT]


def test_every_attempt_at_a_payment_is_a_visit() -> None:
    found, spans = recorded(SLOW)
    visits = way(found.commits, spans)
    assert [visit.attempt for visit in visits if visit.place is P.GATEWAY] == [1, 2, 3, 4]
    waits = [visit for visit in visits if visit.place is P.QUEUE and visit.step is Step.CHARGE]
    assert [visit.attempt for visit in waits] == [1, 2, 3, 4]
    pauses = [(visit.ended or 0) - (visit.began or 0) for visit in waits[1:]]
    assert min(pauses) > 0.2e9
    # Without spans only the first and the last are known, which the commits tell of.
    assert [visit.attempt for visit in way(found.commits, []) if visit.place is P.GATEWAY] == [1]


def test_an_order_waits_in_the_queue_while_its_worker_is_dead() -> None:
    found, spans = recorded(KILLED)
    queue = next(visit for visit in way(found.commits, spans) if visit.place is P.QUEUE)
    assert (queue.ended or 0) - (queue.began or 0) > 1e9


def test_a_lost_span_of_a_worker_leaves_a_visit_from_its_commit() -> None:
    found, spans = recorded(SLOW)
    first = min((span for span in spans if span.name == "charge"), key=lambda span: span.began_ns)
    kept = [span for span in spans if first.span_id not in (span.span_id, span.parent)]
    visits = [visit for visit in way(found.commits, kept) if visit.place is P.WORKER and visit.step is Step.CHARGE]
    assert [(visit.attempt, visit.span is None) for visit in visits] == [(1, True), (2, False), (3, False), (4, False)]


@pytest.mark.parametrize("name", NAMES)
def test_a_second_hint_that_changes_nothing_is_no_visit(name: str) -> None:
    found, spans = recorded(name)
    confirm = next(span for span in spans if span.name == "validate")
    again = replace(confirm, span_id="00", attributes={}, began_ns=spans[-1].ended_ns, ended_ns=spans[-1].ended_ns)
    assert places(way(found.commits, [*spans, again])) == places(way(found.commits, spans))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ms", [0, 5, 20, 40, 60, 80, 120, 500, 2500])
def test_the_way_so_far_begins_the_whole_way(name: str, ms: int) -> None:
    whole = recorded(name)
    part = whole.at(timedelta(milliseconds=ms))
    visits = way(part.found.commits, part.spans)
    assert places(visits)[:3] == [P.EDGE, P.API, P.LOG]
    assert {(visit.place, visit.step) for visit in visits} <= {
        (visit.place, visit.step) for visit in way(whole.found.commits, whole.spans)
    }


def test_what_people_do_comes_through_the_api() -> None:
    found, spans = recorded(CONFIRMED)
    last = found.commits[-1]
    cancelled = replace(
        last,
        version=7,
        cursor=Cursor(last.cursor.txid + 1, last.cursor.seq + 1),
        type="order.cancelled",
        status=Status.CANCELLED,
        detail={"by": "customer:1"},
        occurred_at=last.occurred_at + timedelta(minutes=1),
        published=False,
    )
    refunded = replace(
        cancelled,
        version=8,
        cursor=Cursor(last.cursor.txid + 2, last.cursor.seq + 2),
        type="order.refunded",
        detail={"by": "worker-2"},
        occurred_at=last.occurred_at + timedelta(minutes=2),
    )
    commits = [*found.commits, cancelled, refunded]
    assert places(way(commits, spans))[-5:] == [P.API, P.LOG, P.QUEUE, P.WORKER, P.LOG]
    assert (actor_step(cancelled), actor_step(refunded)) == (None, Step.UNDO)


def test_an_order_whose_first_events_are_deleted_has_the_rest_of_its_way() -> None:
    found, _ = recorded(CONFIRMED)
    rest: list[Commit] = list(found.commits[3:])
    assert places(way(rest, [])) == [*CHARGED, P.WORKER, *OUT]
    assert way([], []) == []
