"""What an operator reads about orders that wait, and the hint for one of them."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from pedidos.domain.audit import Who
from pedidos.domain.order import Status
from pedidos.domain.payment import PaymentStatus
from pedidos.storage.orders import hinting, looking
from pedidos.storage.orders.stalled import find
from tests.support.shop import make_customer, make_merchant, make_product, place_order

OPERATOR = Who(account_id=uuid4(), role="operator")


@pytest.fixture
def order_id(engine: Engine) -> UUID:
    """An order that has just been placed."""
    product = make_product(engine, make_merchant(engine))
    return place_order(engine, make_customer(engine), product).order_id


def change(engine: Engine, statement: str, order_id: UUID) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement), {"id": order_id})


def entries(engine: Engine, order_id: UUID) -> list[str]:
    with engine.begin() as connection:
        rows = connection.execute(
            text("select action from audit_log where subject = :id order by number"), {"id": str(order_id)}
        )
        return [row.action for row in rows]


AGED = """
update orders set created_at = created_at - interval '1 hour', updated_at = updated_at - interval '1 hour'
where id = :id
"""
PAYING = """
insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt, reason)
values (:id, 1000, 'pending', 3, clock_timestamp(), 2, clock_timestamp() + interval '5 minutes', 'HTTP 500')
"""


def test_an_order_that_does_not_move_is_stuck(engine: Engine, order_id: UUID) -> None:
    assert order_id not in {order.id for order in looking.stuck(engine, 15, 1000)}
    change(engine, AGED, order_id)
    found = [order for order in looking.stuck(engine, 15, 1000) if order.id == order_id]
    assert [order.status for order in found] == [Status.RECEIVED]
    assert len(looking.stuck(engine, 15, 1)) == 1


def test_an_ended_order_whose_money_is_not_given_back_is_stuck(engine: Engine, order_id: UUID) -> None:
    change(engine, "update orders set status = 'cancelled' where id = :id", order_id)
    change(engine, PAYING, order_id)
    change(engine, "update payments set status = 'undoing' where order_id = :id", order_id)
    assert order_id not in {order.id for order in looking.stuck(engine, 15, 1000)}
    aged = "update payments set updated_at = clock_timestamp() - interval '1 hour' where order_id = :id"
    change(engine, aged, order_id)
    assert order_id in {order.id for order in looking.stuck(engine, 15, 1000)}
    change(engine, "update payments set status = 'refunded', reference = 'r' where order_id = :id", order_id)
    assert order_id not in {order.id for order in looking.stuck(engine, 15, 1000)}


def test_the_facts_are_those_of_the_present_state(engine: Engine, order_id: UUID) -> None:
    change(engine, PAYING, order_id)
    stalled = "insert into stalled_orders values (:id, 1, 4, clock_timestamp(), 'KeyError')"
    change(engine, stalled, order_id)
    facts = looking.facts(engine, [order_id, uuid4()])
    assert set(facts) == {order_id}
    payment, hinted = facts[order_id].payment, facts[order_id].hinted
    assert payment is not None
    assert (payment.status, payment.attempts, payment.reason) == (PaymentStatus.PENDING, 2, "HTTP 500")
    assert hinted is not None
    assert (hinted.hints, hinted.last_error) == (4, "KeyError")
    change(engine, "update orders set version = 2 where id = :id", order_id)  # it has moved since
    assert looking.facts(engine, [order_id])[order_id].hinted is None
    assert looking.reasons(engine, [order_id]) == {order_id: "HTTP 500"}


def test_a_hint_makes_the_order_due_for_the_watchdog_once(engine: Engine, order_id: UUID) -> None:
    def due() -> bool:
        return order_id in {order.order_id for order in find(engine, [Status.RECEIVED], 15, 10_000)}

    assert not due()
    assert hinting.hint(engine, order_id, OPERATOR)
    assert due()
    assert hinting.hint(engine, order_id, OPERATOR)  # sent twice
    assert entries(engine, order_id) == ["order.hinted"]


def test_a_hint_brings_the_next_attempt_forward_but_not_before_the_lease_ends(engine: Engine, order_id: UUID) -> None:
    def seconds_until_next() -> float:
        with engine.begin() as connection:
            query = (
                "select extract(epoch from next_attempt - clock_timestamp())::float8 from payments where order_id = :id"
            )
            found: float = connection.execute(text(query), {"id": order_id}).scalar_one()
            return found

    change(engine, "update orders set status = 'charging' where id = :id", order_id)
    change(engine, PAYING, order_id)
    assert seconds_until_next() > 200
    assert hinting.hint(engine, order_id, OPERATOR)
    assert seconds_until_next() <= 0
    leased = (
        "update payments set lease_until = clock_timestamp() + interval '1 minute', next_attempt = clock_timestamp()"
    )
    change(engine, f"{leased} + interval '2 minutes' where order_id = :id", order_id)
    assert hinting.hint(engine, order_id, OPERATOR)
    assert 30 < seconds_until_next() <= 60
    assert entries(engine, order_id) == ["order.hinted", "order.hinted"]


def test_nothing_is_hinted_where_no_step_waits(engine: Engine, order_id: UUID) -> None:
    change(engine, "update orders set status = 'confirmed' where id = :id", order_id)
    assert not hinting.hint(engine, order_id, OPERATOR)
    assert entries(engine, order_id) == []
    with pytest.raises(LookupError):
        hinting.hint(engine, uuid4(), OPERATOR)


def test_the_dead_letters_of_an_order(engine: Engine, order_id: UUID) -> None:
    letter = (
        "insert into dead_letters (source, origin, order_id, reason, payload, headers)"
        " values ('worker', 'charge', :id, 'no answer', '', '[]')"
    )
    change(engine, letter, order_id)
    assert [(found.source, found.reason, found.status) for found in looking.letters(engine, order_id)] == [
        ("worker", "no answer", "open")
    ]
    assert looking.letters(engine, uuid4()) == []
