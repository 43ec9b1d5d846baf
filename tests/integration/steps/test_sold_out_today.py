"""What is sold out today: orders for it are rejected with that reason, until the mark ends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.domain.steps import Step
from pedidos.storage.catalogue import sold_out
from pedidos.storage.orders.placing import place
from tests.integration.steps.line import RunStep, steps_of, together
from tests.integration.steps.scripted import ScriptedGateway
from tests.support.options import EXTRAS, offer
from tests.support.shop import Product, order_of, place_order
from tests.support.tables import change, check, events_of, rows, statuses

WHO = Who(local_user="tests")


@pytest.mark.parametrize("ways", [steps_of, together])
def test_orders_for_it_are_rejected_until_the_mark_ends(
    engine: Engine,
    customer: UUID,
    products: list[Product],
    gateway: ScriptedGateway,
    ways: Callable[[Engine, ScriptedGateway], dict[Step, RunStep]],
) -> None:
    pizza, other = products[:2]
    validate = ways(engine, gateway)[Step.VALIDATE]
    ids = offer(engine, other.merchant_id, other.id, EXTRAS)
    until = datetime.now(UTC) + timedelta(hours=1)
    assert sold_out.mark(engine, pizza.merchant_id, pizza.id, until, WHO) is not None
    assert sold_out.mark(engine, other.merchant_id, other.id, until, WHO, choice_id=ids["Egg"]) is not None

    def with_choices(*names: str) -> UUID:
        order = replace(order_of(customer, other), choices={0: [ids[name] for name in names]})
        return place(engine, order).order_id

    marked = place_order(engine, customer, pizza).order_id
    choice_marked = with_choices("Egg", "Olives")
    good = [place_order(engine, customer, other).order_id, with_choices("Olives")]
    validate([marked, choice_marked, *good])
    assert statuses(engine, [marked, choice_marked]) == ["rejected", "rejected"]
    assert events_of(engine, marked)[-1].detail["reasons"] == ["Sold out today: Pizza."]
    assert events_of(engine, choice_marked)[-1].detail["reasons"] == ["Sold out today: Pizza (Egg)."]
    assert "rejected" not in statuses(engine, good)
    change(engine, "update products set sold_out_until = now() - interval '1 microsecond' where id = :id", id=pizza.id)
    assert sold_out.mark(engine, other.merchant_id, other.id, None, WHO, choice_id=ids["Egg"]) is not None
    later = [place_order(engine, customer, pizza).order_id, with_choices("Egg", "Olives")]
    validate(later)
    assert "rejected" not in statuses(engine, later)
    check(engine, products)


def test_a_mark_is_noted_once_and_only_of_ones_own(engine: Engine, products: list[Product]) -> None:
    pizza = products[0]
    ids = offer(engine, pizza.merchant_id, pizza.id, EXTRAS)
    until = datetime.now(UTC) + timedelta(hours=1)
    for _ in range(2):
        found = sold_out.mark(engine, pizza.merchant_id, pizza.id, until, WHO)
        assert found is not None
        assert (found.sold_out_until, found.orderable) == (until, False)
    for _ in range(2):
        assert sold_out.mark(engine, pizza.merchant_id, pizza.id, None, WHO) is not None
    noted = rows(engine, "select action from audit_log where subject = :id order by number", id=str(pizza.id))
    assert [row.action for row in noted] == ["product.options_set", "product.sold_out", "product.back"]
    assert sold_out.mark(engine, UUID(int=1), pizza.id, until, WHO) is None
    assert sold_out.mark(engine, pizza.merchant_id, pizza.id, until, WHO, choice_id=UUID(int=1)) is None
    assert sold_out.mark(engine, UUID(int=1), pizza.id, until, WHO, choice_id=ids["Egg"]) is None
    (row,) = rows(engine, "select sold_out_until from choices where id = :id", id=ids["Egg"])
    assert row.sold_out_until is None
