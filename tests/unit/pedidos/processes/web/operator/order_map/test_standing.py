"""Where an order is, and what it waits for."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from pedidos.domain.order import Status
from pedidos.domain.payment import PaymentStatus
from pedidos.domain.steps import Step
from pedidos.domain.waiting import Cause, why
from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.standing import Standing, Why, look_again_ms, standing
from pedidos.processes.web.operator.order_map.way import way
from pedidos.storage.orders.inspecting import Charging, Inspected, Stall
from tests.unit.pedidos.processes.web.operator.order_map.recordings import (
    CONFIRMED,
    KILLED,
    SLOW,
    Recording,
    recorded,
)

SECOND = timedelta(seconds=1)
LONG = timedelta(seconds=5)


def of(recording: Recording, *, traced: bool = True) -> Standing:
    return standing(recording.found, way(recording.found.commits, recording.spans), traced=traced)


def in_state(status: Status, after: timedelta = LONG, stall: Stall | None = None) -> Recording:
    """The recorded order, which has been in this state for a while."""
    whole = recorded(CONFIRMED)
    commit = next(each for each in whole.found.commits if each.status is status)
    part = whole.at(commit.occurred_at - whole.found.summary.created_at)
    return Recording(replace(part.found, at=commit.occurred_at + after, stall=stall), part.spans)


def charging(lease: timedelta, following: timedelta, status: PaymentStatus = PaymentStatus.PENDING) -> Recording:
    """Its lease and its next attempt end after these times, from now."""
    recording = in_state(Status.CHARGING)
    payment: Charging | None = recorded(CONFIRMED).found.payment
    assert payment is not None
    now: datetime = recording.found.at
    asked = replace(
        payment,
        status=status,
        attempts=2,
        updated_at=now - LONG,
        lease_until=now + lease,
        next_attempt=now + following,
        reason="no answer in time",
    )
    return Recording(replace(recording.found, payment=asked), recording.spans)


def test_a_finished_order_is_where_it_was_shown_and_waits_for_nothing() -> None:
    now = of(recorded(CONFIRMED))
    assert (now.place, now.why, now.waiting) == (Place.STREAM, None, False)


def test_an_event_that_is_not_published_waits_for_the_relay() -> None:
    found, spans = recorded(CONFIRMED)
    held = [*found.commits[:-1], replace(found.commits[-1], published=False)]
    assert of(Recording(replace(found, commits=held), spans)).why is Why.RELAY
    first = in_state(Status.RECEIVED)
    unpublished = [replace(first.found.commits[0], published=False)]
    now = of(Recording(replace(first.found, commits=unpublished), []))
    assert (now.place, now.why, now.waiting) == (Place.RELAY, Why.RELAY, True)


def test_a_published_order_waits_for_the_bridge_then_for_a_worker() -> None:
    received = in_state(Status.RECEIVED)
    bridge = [span for span in recorded(CONFIRMED).spans if span.name == "bridge"]
    assert of(Recording(received.found, [])).why is Why.BRIDGE
    handed_over = of(Recording(received.found, bridge))
    assert (handed_over.place, handed_over.why, handed_over.step) == (Place.QUEUE, Why.QUEUE, Step.VALIDATE)
    assert of(Recording(received.found, []), traced=False).why is Why.HAND_OVER


def test_an_order_for_later_waits_for_nothing_until_its_time_has_come() -> None:
    found = in_state(Status.RECEIVED).found
    summary = replace(found.summary, status=Status.SCHEDULED)
    commits = [replace(found.commits[0], type="order.scheduled", status=Status.SCHEDULED)]
    planned = replace(found, summary=summary, commits=commits, release_at=found.at + LONG)
    assert of(Recording(planned, [])) == Standing(Place.KAFKA)
    late = replace(planned, release_at=found.at - timedelta(minutes=1))
    now = of(Recording(late, []))
    assert (now.place, now.step, now.since, now.waiting) == (Place.QUEUE, Step.EXPIRE, late.release_at, True)


def test_a_recorded_order_waits_in_the_queue_while_its_worker_is_dead() -> None:
    now = of(recorded(KILLED).at(timedelta(seconds=1.8)))
    assert (now.place, now.why, now.waiting) == (Place.QUEUE, Why.QUEUE, True)


def test_a_queue_from_which_no_worker_takes_is_said_at_once() -> None:
    found, spans = in_state(Status.RESERVED, timedelta(0))
    visits = way(found.commits, spans)
    alone = standing(found, visits, traced=True, untaken={Step.CHARGE})
    assert (alone.place, alone.why, alone.waiting) == (Place.QUEUE, Why.UNTAKEN, True)
    assert standing(found, visits, traced=True, untaken={Step.VALIDATE}).why is Why.QUEUE


def test_the_map_and_the_list_of_orders_say_the_same_cause() -> None:
    received, validated = in_state(Status.RECEIVED, timedelta(0)), in_state(Status.VALIDATED, timedelta(0))
    at_the_bridge = standing(received.found, [], traced=True, untaken={Step.VALIDATE})
    assert (at_the_bridge.place, at_the_bridge.why) == (Place.BRIDGE, Why.UNTAKEN)
    behind = standing(validated.found, [], traced=True, untaken={Step.RESERVE})
    assert (behind.place, behind.why, behind.waiting) == (Place.QUEUE, Why.UNTAKEN, True)
    # An attempt whose lease is held, and which has put the next one off to an earlier time, does not run any more.
    asked = charging(LONG, SECOND)
    assert of(asked).why is Why.RETRY
    assert why(asked.found.facts, asked.found.at, None).cause is Cause.ANSWER


@pytest.mark.parametrize(
    ("status", "place", "why", "step"),
    [
        (Status.VALIDATED, Place.WORKER, Why.STEP, Step.RESERVE),
        (Status.RESERVED, Place.QUEUE, Why.QUEUE, Step.CHARGE),
        (Status.PAID, Place.WORKER, Why.STEP, Step.CONFIRM),
    ],
)
def test_a_state_says_which_step_is_waited_for(status: Status, place: Place, why: Why, step: Step) -> None:
    now = of(in_state(status))
    assert (now.place, now.why, now.step, now.waiting) == (place, why, step, True)
    assert not of(in_state(status, SECOND)).waiting


def test_a_failed_step_says_its_error_and_the_next_hint() -> None:
    recording = in_state(Status.VALIDATED, timedelta(0))
    stall = Stall(2, 1, recording.found.at + LONG, "reserve: Held: a row")
    now = of(in_state(Status.VALIDATED, timedelta(0), stall))
    assert (now.why, now.said, now.until, now.waiting) == (Why.FAILED, stall.last_error, stall.next_hint, True)


@pytest.mark.parametrize(
    ("lease", "following", "place", "why"),
    [
        (LONG, LONG, Place.GATEWAY, Why.ANSWER),
        (-SECOND, LONG, Place.GATEWAY, Why.RETRY),
        (-LONG, -2 * SECOND, Place.QUEUE, Why.QUEUE),
    ],
)
def test_a_payment_waits_for_its_answer_then_for_its_next_attempt(
    lease: timedelta, following: timedelta, place: Place, why: Why
) -> None:
    recording = charging(lease, following)
    now = of(recording)
    assert (now.place, now.why, now.step, now.attempt) == (place, why, Step.CHARGE, 2)
    assert now.waiting
    payment = recording.found.payment
    assert payment is not None
    expected = {Why.ANSWER: payment.lease_until, Why.RETRY: payment.next_attempt, Why.QUEUE: None}
    assert now.until == expected[why]


def test_money_that_is_on_the_way_back_is_waited_for() -> None:
    recording = charging(LONG, LONG, PaymentStatus.UNDOING)
    ended: Inspected = replace(recording.found, summary=replace(recording.found.summary, status=Status.CANCELLED))
    assert of(Recording(ended, recording.spans)).step is Step.UNDO


def test_a_page_looks_again_while_something_is_to_come() -> None:
    found, spans = recorded(SLOW)
    settled = of(Recording(found, spans))
    for after, expected in ((SECOND, 700), (LONG, None)):
        assert look_again_ms(replace(found, at=found.summary.updated_at + after), settled) == expected
    for after, expected in ((SECOND, 1000), (timedelta(minutes=2), 5000)):
        waiting = in_state(Status.RESERVED, after)
        assert look_again_ms(waiting.found, of(waiting)) == expected
