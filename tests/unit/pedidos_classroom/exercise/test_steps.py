"""Which step the exercise added, and whether every confirmed order has taken it."""

from dataclasses import replace

from pedidos.domain.order import Status
from pedidos.domain.steps import PIPELINE, PipelineStep, Step
from pedidos_classroom.exercise.steps import GIVEN, added, leads_to, skipped
from pedidos_drills.ledger.records import Evidence, StoredEvent, StoredOrder

NOTHING = Evidence([], [], [], [], [], {}, {})


def order(name: str, status: Status) -> StoredOrder:
    return StoredOrder(name, "a customer", status, 5, 100, "key", [])


def event(name: str, status: Status, kind: str | None = None) -> StoredEvent:
    return StoredEvent(name, 1, kind or f"order.{status}", status)


def test_the_given_steps_are_those_of_the_pipeline() -> None:
    assert [each.step for each in PIPELINE] == list(GIVEN)
    assert added() == []


def test_a_step_that_was_not_there_before_is_found() -> None:
    own = PipelineStep(Step.UNDO, (Status.RESERVED,))
    assert added([*PIPELINE[:2], own, *PIPELINE[2:]]) == [Step.UNDO]


def test_a_step_leads_to_the_state_in_which_the_next_one_waits() -> None:
    assert leads_to(Step.VALIDATE) is Status.VALIDATED
    assert leads_to(Step.CHARGE) is Status.PAID
    assert leads_to(Step.CONFIRM) is Status.CONFIRMED


def test_an_order_that_was_confirmed_without_the_step_or_with_two_of_it_is_found() -> None:
    orders = [order(name, Status.CONFIRMED) for name in ("once", "never", "twice")]
    events = [event("once", Status.RESERVED), event("twice", Status.RESERVED), event("twice", Status.RESERVED)]
    events += [event("never", Status.RESERVED, "order.refunded")]
    found = list(skipped(replace(NOTHING, orders=orders, events=events), [Step.RESERVE]))
    assert found == [
        ("confirmed, and moved to reserved 0 times", "never"),
        ("confirmed, and moved to reserved 2 times", "twice"),
    ]


def test_an_order_that_ended_early_need_not_have_taken_it() -> None:
    orders = [order("declined", Status.DECLINED), order("in flight", Status.PAID)]
    assert list(skipped(replace(NOTHING, orders=orders), [Step.RESERVE])) == []
