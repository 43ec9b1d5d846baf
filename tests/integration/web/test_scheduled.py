"""An order for later, as its customer and its shop see it."""

import re
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.integration.web.kitchen import Kitchen
from tests.integration.web.test_orders import form_of
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess


@pytest.fixture
def order(database_url: str, world: World) -> UUID:
    made = Kitchen(database_url, world).order("confirmed")
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update orders set status = 'scheduled', scheduled_for = '2031-03-01T15:00:00Z', payment_token = 'tok_ok',"
            " release_at = '2031-03-01T14:15:00Z' where id = %s",
            [made],
        )
        connection.execute("delete from payments where order_id = %s", [made])
    return made


def test_its_customer_sees_for_when_it_is_and_cancels_it(
    web: ServingProcess, world: World, order: UUID, database_url: str
) -> None:
    customer, merchant = Visitor(web), Visitor(web)
    customer.signs_in(world.emails["customer"])
    merchant.signs_in(world.emails["merchant"])
    page = customer.get(f"/orders/{order}").text
    assert "Your order is planned" in page
    assert "Wanted for" in page
    assert "12:00" in page  # in the zone of the shop
    board = merchant.get("/board").text
    later = board.split('data-swap="later"')[1].split("</details>")[0]
    assert "2 × Pizza 0" in later
    assert "planned for later" in later
    assert order.hex[-5:].upper() in later
    assert f'id="order-{order}"' not in board
    assert customer.post(f"/orders/{order}/cancel", {}).status_code == 303
    assert Kitchen(database_url, world).states([order]) == ["cancelled"]
    assert order.hex[-5:].upper() not in merchant.get("/board").text.split('data-swap="later"')[1].split("</div>")[0]


def test_its_shop_cancels_it_before_its_time(web: ServingProcess, world: World, order: UUID, database_url: str) -> None:
    merchant = Visitor(web)
    merchant.signs_in(world.emails["merchant"])
    later = merchant.get("/board").text.split('data-swap="later"')[1].split("</details>")[0]
    assert f'action="/board/{order}/move"' in later
    assert merchant.post(f"/board/{order}/move", {"to": "cancelled"}).status_code == 303
    kitchen = Kitchen(database_url, world)
    assert kitchen.states([order]) == ["cancelled"]
    assert kitchen.one("select release_at is null from orders where id = %s", order)


def test_an_operator_sees_until_when_it_waits(web: ServingProcess, world: World, order: UUID) -> None:
    operator = Visitor(web)
    operator.signs_in(world.emails["operator"])
    page = operator.get("/operator/orders?state=scheduled").text
    assert str(order) in page
    assert "It was ordered for later, and is released at" in page
    assert operator.get(f"/operator/orders/{order}").status_code == 200


def test_the_checkout_takes_a_time_of_the_shop(web: ServingProcess, world: World, database_url: str) -> None:
    customer = Visitor(web)
    customer.signs_in(world.emails["customer2"])
    form = form_of(customer, world.products[0])
    local = datetime.now(ZoneInfo("America/Sao_Paulo")).replace(tzinfo=None, second=0, microsecond=0)
    for wrong, words in (
        ("tomorrow", "Enter a day and a time."),
        ((local - timedelta(days=1)).isoformat(), "at least 45 minutes"),
        ((local + timedelta(days=9)).isoformat(), "within 7 days"),
    ):
        refused = customer.post("/checkout", form | {"when": wrong})
        assert refused.status_code == 422
        assert words in refused.text
    wanted = local + timedelta(days=1)
    placed = customer.post("/checkout", form | {"when": wanted.isoformat(timespec="minutes")})
    assert placed.status_code == 303, placed.text
    order = UUID(re.sub(".*/", "", placed.headers["Location"]))
    kitchen = Kitchen(database_url, world)
    assert kitchen.states([order]) == ["scheduled"]
    found = kitchen.one("select scheduled_for from orders where id = %s", order)
    assert found == wanted.replace(tzinfo=ZoneInfo("America/Sao_Paulo"))
    customer.post(f"/orders/{order}/cancel", {})


def test_a_closed_shop_is_ordered_from_for_later_alone(web: ServingProcess, world: World, database_url: str) -> None:
    customer = Visitor(web)
    customer.signs_in(world.emails["customer2"])
    form = form_of(customer, world.products[0])
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into closures (id, merchant_id, begins, ends, reason)"
            " values (uuidv7(), %s, now() - interval '1 hour', now() + interval '1 hour', 'lunch')",
            [world.merchant],
        )
    try:
        assert "You can order for later" in customer.get("/checkout").text
        refused = customer.post("/checkout", form)
        assert refused.status_code == 422
        assert "choose a time for later" in refused.text
    finally:
        with psycopg.connect(database_url) as connection:
            connection.execute("delete from closures")
