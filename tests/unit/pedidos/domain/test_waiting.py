"""Why an order is where it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pedidos.domain.order import IN_FLIGHT, SETTLED, TRANSITIONS, Status
from pedidos.domain.payment import PaymentStatus, PaymentTerms
from pedidos.domain.steps import STEP_AT, Step
from pedidos.domain.waiting import Cause, Facts, HintFacts, Mode, PaymentFacts, Why, why

NOW = datetime(2026, 11, 29, 12, 1, tzinfo=UTC)
TERMS = PaymentTerms(deadline=300, limit=14400)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def facts(status: Status, moved: float = 1, **others: object) -> Facts:
    """moved: how many seconds ago."""
    return replace(Facts(status, NOW - seconds(100), NOW - seconds(moved)), **others)  # type: ignore[arg-type]


def payment(**others: object) -> PaymentFacts:
    """Put off for half a minute after its second attempt."""
    made = PaymentFacts(PaymentStatus.PENDING, 2, NOW - seconds(1), NOW + seconds(30), "HTTP 500", NOW - seconds(60))
    return replace(made, **others)  # type: ignore[arg-type]


def of(order: Facts, untaken: frozenset[Step] = frozenset()) -> Why:
    return why(order, NOW, TERMS, untaken)


@pytest.mark.parametrize("status", sorted(SETTLED))
def test_an_order_that_has_settled_waits_for_its_shop_or_for_nothing(status: Status) -> None:
    found = of(facts(status))
    assert found.mode is (Mode.WITH_MERCHANT if TRANSITIONS[status] else Mode.ENDED)
    assert found.step is None
    assert not found.is_troubled


def test_an_order_for_later_waits_for_its_time_and_then_to_be_released() -> None:
    planned = facts(Status.SCHEDULED, release_at=NOW + seconds(3600))
    assert of(planned) == Why(Mode.SCHEDULED, Cause.SCHEDULED, at=planned.release_at)
    assert not of(planned).is_troubled
    late = facts(Status.SCHEDULED, release_at=NOW - seconds(16))
    assert of(late) == Why(Mode.WAITING, Cause.UNRELEASED, Step.EXPIRE, at=late.release_at)
    assert of(late).is_troubled


@pytest.mark.parametrize("status", IN_FLIGHT)
def test_an_order_in_flight_is_running_for_a_while_and_then_waits(status: Status) -> None:
    found = of(facts(status))
    assert (found.mode, found.cause, found.step) == (Mode.RUNNING, Cause.STEP, STEP_AT[status])
    assert of(facts(status, moved=16)).mode is Mode.WAITING


def test_the_third_attempt_comes_after_the_last_answer() -> None:
    found = of(facts(Status.CHARGING, payment=payment()))
    assert (found.mode, found.cause, found.attempt) == (Mode.RETRYING, Cause.ANSWER, 3)
    assert (found.at, found.said) == (NOW + seconds(30), "HTTP 500")
    assert found.until == NOW + seconds(240)
    assert found.is_troubled


def test_an_attempt_that_runs_is_one() -> None:
    running = {"lease_until": NOW + seconds(20), "next_attempt": NOW + seconds(20)}
    second = of(facts(Status.CHARGING, payment=payment(**running)))
    assert (second.mode, second.cause, second.attempt, second.said) == (Mode.RETRYING, Cause.ASKING, 2, "HTTP 500")
    first = of(facts(Status.CHARGING, payment=payment(**running, attempts=1)))
    assert (first.mode, first.attempt, first.said) == (Mode.RUNNING, 1, None)


def test_an_attempt_that_is_due_waits_for_a_worker() -> None:
    due = payment(next_attempt=NOW - seconds(16))
    assert of(facts(Status.CHARGING, payment=due)).cause is Cause.ASK_DUE
    assert of(facts(Status.CHARGING, payment=due), frozenset({Step.CHARGE})).cause is Cause.UNTAKEN
    assert of(facts(Status.CHARGING, payment=payment(next_attempt=NOW - seconds(1)))).cause is Cause.STEP


def test_money_that_is_not_given_back_yet_is_said_of_an_ended_order() -> None:
    undoing = payment(status=PaymentStatus.UNDOING)
    found = of(facts(Status.CANCELLED, payment=undoing))
    assert (found.mode, found.step, found.giving_back, found.until) == (Mode.RETRYING, Step.UNDO, True, None)
    begun = of(facts(Status.CANCELLED, payment=replace(undoing, attempts=0, next_attempt=NOW)))
    assert begun.mode is Mode.RUNNING


@pytest.mark.parametrize("status", [PaymentStatus.CAPTURED, PaymentStatus.REFUNDED, PaymentStatus.VOIDED])
def test_a_payment_that_is_settled_holds_nothing_up(status: PaymentStatus) -> None:
    assert of(facts(Status.CANCELLED, payment=payment(status=status))).mode is Mode.ENDED
    assert of(facts(Status.PAID, payment=payment(status=status))).cause is Cause.STEP


def test_an_error_of_the_step_comes_before_what_else_is_known() -> None:
    hinted = HintFacts(2, NOW + seconds(30), "reserve: KeyError: 'x'")
    found = of(facts(Status.VALIDATED, moved=60, hinted=hinted), frozenset({Step.RESERVE}))
    assert (found.mode, found.cause, found.step) == (Mode.RETRYING, Cause.ERROR, Step.RESERVE)
    assert (found.said, found.at) == (hinted.last_error, hinted.next_hint)


def test_hints_without_effect_and_a_queue_from_which_nobody_takes() -> None:
    waiting = facts(Status.RECEIVED, moved=60, hinted=HintFacts(2, NOW + seconds(30), None))
    assert (of(waiting).cause, of(waiting).attempt) == (Cause.HINTED, 2)
    untaken = of(waiting, frozenset({Step.VALIDATE}))
    assert (untaken.mode, untaken.cause, untaken.step) == (Mode.WAITING, Cause.UNTAKEN, Step.VALIDATE)
    assert of(waiting, frozenset({Step.CHARGE})).cause is Cause.HINTED


def test_an_order_that_was_not_asked_for_has_the_longer_limit() -> None:
    assert of(facts(Status.RESERVED)).until == NOW - seconds(100) + seconds(14400)
    assert of(facts(Status.CHARGING, payment=payment(asked_at=None))).until == NOW - seconds(100) + seconds(14400)
    assert of(facts(Status.RECEIVED)).until is None
