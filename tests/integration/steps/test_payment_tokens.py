"""An order keeps its payment token only as long as it may be charged."""

from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.order import TRANSITIONS, UNPAID, Actor, Status
from pedidos.errors import ConstraintViolated
from pedidos.steps.cancel import cancel
from pedidos.storage.engine import in_transaction
from pedidos.storage.orders.transitions import move
from tests.integration.steps.line import Line
from tests.integration.steps.scripted import REFUNDED, UNKNOWN, ScriptedGateway
from tests.support.shop import Product, place_order
from tests.support.tables import change, rows, statuses


def has_token(engine: Engine, order_id: UUID) -> bool:
    (row,) = rows(engine, "select payment_token is not null as kept from orders where id = :id", id=order_id)
    return bool(row.kept)


@pytest.mark.parametrize("target", [target for source in UNPAID for target in TRANSITIONS[source]])
def test_it_goes_with_the_transition_after_which_none_is_needed(
    engine: Engine, customer: UUID, products: list[Product], target: Status
) -> None:
    source = next(source for source in UNPAID if target in TRANSITIONS[source])
    order_id = place_order(engine, customer, products[0]).order_id
    change(engine, "update orders set status = :source where id = :id", source=source, id=order_id)
    assert in_transaction(engine, lambda c: move(c, {order_id: {}}, source, target)) == [order_id]
    assert has_token(engine, order_id) == (target in UNPAID)


def test_the_steps_need_none_afterwards(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    kept, given_back = line.confirmed(products[0], 1), line.confirmed(products[0], 1)
    assert not any(has_token(engine, order_id) for order_id in (*kept, *given_back))
    assert cancel(engine, given_back[0], Actor.CUSTOMER, "ana") is Status.CANCELLED
    line.undo(given_back)
    assert sum(gateway.undone.values()) == 1


def test_a_charge_whose_outcome_is_unknown_is_returned_without_it(
    engine: Engine, line: Line, gateway: ScriptedGateway, products: list[Product]
) -> None:
    (order_id,) = line.uncharged(products[0], 1)
    gateway.will_say(order_id, UNKNOWN)
    line.charge([order_id])
    assert statuses(engine, [order_id]) == ["charging"]
    assert has_token(engine, order_id), "it may have to be charged again"
    assert cancel(engine, order_id, Actor.CUSTOMER, "ana") is Status.CANCELLED
    assert not has_token(engine, order_id)
    gateway.will_say(order_id, REFUNDED)
    line.undo([order_id])
    assert sum(gateway.undone.values()) == 1


def test_an_unpaid_order_has_one(engine: Engine, customer: UUID, products: list[Product]) -> None:
    order_id = place_order(engine, customer, products[0]).order_id
    for status in UNPAID:
        with pytest.raises(ConstraintViolated, match="orders_payment_token_until_paid"):
            change(
                engine,
                "update orders set status = :status, payment_token = null where id = :id",
                id=order_id,
                status=status,
            )
