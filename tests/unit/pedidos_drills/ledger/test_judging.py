"""The ledger accepts a correct world and finds every kind of damage: a checker that cannot fail proves nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos_drills.ledger.judging import judge
from pedidos_drills.ledger.money import book_key
from pedidos_drills.ledger.records import Answered, BookEntry
from tests.unit.pedidos_drills.ledger.changes import (
    another_order,
    order_named,
    refused,
    with_answer,
    with_order,
    with_topic,
)
from tests.unit.pedidos_drills.ledger.damages import history, money, orders, people, serving, stock
from tests.unit.pedidos_drills.ledger.faithful import CUSTOMER, FATES, FIRST, OTHER_CUSTOMER, Fate, broken, faithful
from tests.unit.pedidos_drills.ledger.invariants import ALL, Damage, Damages

DAMAGES: Damages = orders.DAMAGES | money.DAMAGES | stock.DAMAGES | history.DAMAGES | people.DAMAGES | serving.DAMAGES

HARMLESS: dict[str, Damage] = {
    "Kafka repeats an event": lambda e: with_topic(e, lambda own: [*own[:3], own[2], *own[3:]]),
    "Kafka repeats everything": lambda e: replace(e, topic=[*e.topic, *e.topic]),
    "a relay that died repeats a stretch": lambda e: with_topic(e, lambda own: [*own[:4], *own[1:]]),
    "orders interleave on Kafka": lambda e: replace(e, topic=sorted(e.topic, key=lambda each: each.version)),
    "records that are none of ours": lambda e: replace(e, foreign=3),
    "no answer, then the same request again": lambda e: refused(e, 0, retry_after=False),
    "503 with Retry-After, then the same request again": lambda e: refused(e, 503, retry_after=True),
    "429 with Retry-After, then the same request again": lambda e: refused(e, 429, retry_after=True),
    "an answer that came twice": lambda e: replace(e, answers=[*e.answers, e.answers[0]]),
    "a request that was refused and never repeated": lambda e: replace(
        e, answers=[*e.answers, Answered("key-x", CUSTOMER, 422, None, at=2.0, seconds=0.1)]
    ),
    "an order whose only answer was lost": lambda e: with_answer(e, status=0, order_id=None),
    "the same key of another customer": lambda e: with_order(
        replace(e, answers=[*e.answers, replace(e.answers[0], customer_id=OTHER_CUSTOMER, order_id="order-x")]),
        another_order(order_named(e, FIRST), customer_id=OTHER_CUSTOMER),
    ),
    "a dead letter with a reason": lambda e: replace(e, dead_letters=[("bad JSON", None)]),
    "a key of which the gateway took nothing": lambda e: replace(
        e, book=[*e.book, BookEntry(book_key("order-x"), 0, 0, 0)]
    ),
}


def test_all_holds_in_a_faithful_world() -> None:
    assert not broken(faithful())
    assert {verdict.invariant for verdict in judge(faithful())} == ALL


def test_nothing_at_all_holds_too() -> None:
    assert not broken(faithful([]))


@given(st.lists(st.sampled_from(FATES), max_size=12))
def test_every_faithful_world_holds(fates: list[Fate]) -> None:
    assert not broken(faithful(fates))


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_by_the_invariants_that_it_breaks_and_by_no_other(damage: str) -> None:
    expected, do = DAMAGES[damage]
    assert broken(do(faithful())) == expected


@pytest.mark.parametrize("invariant", sorted(ALL))
def test_each_invariant_can_be_broken_alone(invariant: str) -> None:
    assert {invariant} in [expected for expected, _ in DAMAGES.values()]


@pytest.mark.parametrize("case", HARMLESS)
def test_what_does_no_harm_is_not_held_against_the_platform(case: str) -> None:
    assert not broken(HARMLESS[case](faithful()))
