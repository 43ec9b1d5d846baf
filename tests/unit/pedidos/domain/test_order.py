"""The state machine of an order, and the tables that speak of its states."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.order import (
    IN_FLIGHT,
    PATH,
    SETTLED,
    STAYS,
    TRANSITIONS,
    Actor,
    Refusal,
    Status,
    StockPart,
    event_type,
    may_move,
    sources,
    stock_part,
)
from pedidos.domain.steps import NEXT, PIPELINE, STEP_AT, Step

ENDS = {
    Status.DELIVERED,
    Status.REJECTED,
    Status.UNAVAILABLE,
    Status.DECLINED,
    Status.EXPIRED,
    Status.CANCELLED,
}
ACTOR_OF = {each.step: Actor(each.step) for each in PIPELINE}


@st.composite
def walks(draw: st.DrawFn) -> list[Status]:
    """A way through the table, from its beginning, for as long as the draw goes on."""
    way = [draw(st.sampled_from((Status.SCHEDULED, Status.RECEIVED)))]
    while following := sorted(TRANSITIONS[way[-1]]):
        if draw(st.integers(0, 9)) == 0:
            break
        way.append(draw(st.sampled_from(following)))
    return way


def test_every_state_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(Status)


def test_ends_have_no_way_out_and_nothing_else_is_an_end() -> None:
    assert {status for status, targets in TRANSITIONS.items() if not targets} == ENDS


def test_every_state_is_reached_from_the_beginning() -> None:
    reached, edge = {Status.SCHEDULED}, {Status.SCHEDULED}
    while edge:
        edge = {target for status in edge for target in TRANSITIONS[status]} - reached
        reached |= edge
    assert reached == set(Status)


@given(walks())
def test_no_walk_comes_back(way: list[Status]) -> None:
    assert len(set(way)) == len(way)


@given(walks())
def test_units_go_from_on_hand_to_reserved_to_sold_and_back(way: list[Status]) -> None:
    allowed = {
        (StockPart.ON_HAND, StockPart.RESERVED),
        (StockPart.RESERVED, StockPart.SOLD),
        (StockPart.RESERVED, StockPart.ON_HAND),
        (StockPart.SOLD, StockPart.ON_HAND),
    }
    parts = [stock_part(status) for status in way]
    assert parts[0] is StockPart.ON_HAND
    assert {(one, other) for one, other in pairwise(parts) if one is not other} <= allowed


@given(walks())
def test_what_ends_without_delivery_holds_nothing(way: list[Status]) -> None:
    if way[-1] in ENDS:
        assert (stock_part(way[-1]) is StockPart.SOLD) == (way[-1] is Status.DELIVERED)


def test_nothing_is_sold_before_it_is_confirmed() -> None:
    sold = {status for status in Status if stock_part(status) is StockPart.SOLD}
    assert sold == {Status.CONFIRMED, Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED}


@pytest.mark.parametrize("actor", Actor)
@pytest.mark.parametrize("target", Status)
def test_sources_may_move_agree_with_the_table(target: Status, actor: Actor) -> None:
    expected = {source for source in Status if actor in TRANSITIONS[source].get(target, ())}
    assert set(sources(target, actor)) == expected
    assert {source for source in Status if may_move(source, target, actor) is None} == expected


@given(st.sampled_from(Status), st.sampled_from(Status), st.sampled_from(Actor))
def test_a_refusal_names_both_states(source: Status, target: Status, actor: Actor) -> None:
    refusal = may_move(source, target, actor)
    if refusal is not None:
        assert isinstance(refusal, Refusal)
        assert source in refusal.reason
        assert target in refusal.reason


def test_who_may_cancel_until_when() -> None:
    assert set(sources(Status.CANCELLED, Actor.CUSTOMER)) == {Status.SCHEDULED, *IN_FLIGHT, Status.CONFIRMED}
    by_merchant = {Status.SCHEDULED, *IN_FLIGHT, Status.CONFIRMED, Status.PREPARING}
    assert set(sources(Status.CANCELLED, Actor.MERCHANT)) == by_merchant


def test_only_who_waits_for_payment_expires() -> None:
    holding = {status for status in IN_FLIGHT if stock_part(status) is StockPart.RESERVED}
    assert set(sources(Status.EXPIRED, Actor.EXPIRY)) == holding - {Status.PAID}


def test_only_who_waits_to_be_accepted_is_cancelled_by_a_timer() -> None:
    assert sources(Status.CANCELLED, Actor.EXPIRY) == (Status.CONFIRMED,)


def test_nothing_stops_an_order_on_its_path() -> None:
    assert PATH[0] is Status.RECEIVED
    for source, target in pairwise(PATH):
        assert may_move(source, target, ACTOR_OF[STEP_AT[source]]) is None


def test_in_flight_are_the_states_that_a_step_leaves() -> None:
    automatic = set(ACTOR_OF.values())
    waiting = {source for source in Status if any(automatic & actors for actors in TRANSITIONS[source].values())}
    assert waiting == set(IN_FLIGHT) == set(STEP_AT)
    assert {Status.SCHEDULED, *IN_FLIGHT, *SETTLED} == set(Status)
    assert not {Status.SCHEDULED, *IN_FLIGHT} & SETTLED
    assert Status.SCHEDULED not in IN_FLIGHT


@pytest.mark.parametrize("status", IN_FLIGHT)
def test_the_step_that_looks_at_a_state_is_the_actor_that_may_leave_it(status: Status) -> None:
    actor = ACTOR_OF[STEP_AT[status]]
    assert any(actor in actors for actors in TRANSITIONS[status].values())


@pytest.mark.parametrize("step", ACTOR_OF)
def test_next_is_the_step_of_the_state_that_a_step_leads_to(step: Step) -> None:
    """Going on from what the step looks at, the first state of another step is what NEXT names."""
    seen = [status for status, at in STEP_AT.items() if at is step]
    led_to = {
        target
        for status in seen
        for target, actors in TRANSITIONS[status].items()
        if ACTOR_OF[step] in actors and target in STEP_AT and STEP_AT[target] is not step
    }
    assert {STEP_AT[target] for target in led_to} == ({NEXT[step].step} if step in NEXT else set())


def test_each_state_has_an_event_of_its_own() -> None:
    types = [event_type(status) for status in Status]
    assert len(set(types)) == len(types)
    assert event_type(Status.RECEIVED) == "order.placed"
    assert all(kind.startswith("order.") for kind in types)
    assert not STAYS & set(types)
