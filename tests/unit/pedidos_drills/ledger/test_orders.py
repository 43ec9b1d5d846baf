"""Which orders there must be, after a restore too; an order that is lost is named."""

from dataclasses import replace

import pytest

from pedidos.domain.order import IN_FLIGHT, Status
from tests.unit.pedidos_drills.ledger.changes import another_order, order_named, with_order
from tests.unit.pedidos_drills.ledger.damages.orders import restored
from tests.unit.pedidos_drills.ledger.faithful import CONFIRMED, FIRST, Fate, accused, answered, broken, faithful
from tests.unit.pedidos_drills.ledger.invariants import LOST, STUCK


def test_a_restore_takes_away_what_came_after_its_moment() -> None:
    assert broken(restored(faithful())) == set()


def test_a_request_that_is_repeated_after_a_restore_places_another_order() -> None:
    evidence = restored(faithful())
    again = replace(evidence.answers[0], order_id="order-x")
    order = another_order(order_named(faithful(), FIRST))
    assert broken(with_order(replace(evidence, answers=[*evidence.answers, again]), order)) == set()


@pytest.mark.parametrize("status", IN_FLIGHT)
def test_an_order_that_stays_in_any_state_between_is_named(status: Status) -> None:
    waiting = Fate(IN_FLIGHT[: IN_FLIGHT.index(status) + 1], taken=status is Status.PAID)
    evidence = faithful([CONFIRMED, waiting])
    assert broken(evidence) == {LOST, STUCK}
    assert accused(evidence, LOST) == accused(evidence, STUCK) == {"order-1"}


def test_an_accepted_order_is_looked_for_by_the_id_that_its_customer_was_told() -> None:
    evidence = faithful()
    told = replace(answered(evidence.orders[0]), key="key-x", order_id="order-x")
    assert accused(replace(evidence, answers=[*evidence.answers, told]), LOST) == {"order-x"}
