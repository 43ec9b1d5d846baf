"""The page of couriers without a browser, and what a shop and a customer see of them."""

import re
from uuid import UUID

import psycopg
import pytest

from tests.integration.web.kitchen import Kitchen, nobodys
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess


@pytest.fixture
def courier(web: ServingProcess, world: World) -> Visitor:
    return signed_in(web, world, "courier")


def signed_in(web: ServingProcess, world: World, name: str) -> Visitor:
    visitor = Visitor(web)
    visitor.signs_in(world.emails[name])
    return visitor


@pytest.fixture
def order(database_url: str, world: World) -> UUID:
    """One that is to be delivered, and is being prepared."""
    made = Kitchen(database_url, world).order("preparing")
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into order_lines (order_id, kind, amount_cents) values (%s, 'delivery_fee', 0)", [made]
        )
    return made


def code_of(database_url: str, order: UUID) -> str:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select code from delivery_codes where order_id = %s", [order]).fetchone()
    assert row is not None
    code: str = row[0]
    return code


def name_of(order: UUID) -> str:
    return order.hex[-5:].upper()


def test_a_courier_takes_picks_up_and_delivers(
    web: ServingProcess, world: World, courier: Visitor, order: UUID, database_url: str
) -> None:
    customer, merchant = signed_in(web, world, "customer"), signed_in(web, world, "merchant")
    assert name_of(order) in courier.get("/deliveries").text
    assert courier.post(f"/deliveries/{order}/take", {}).headers["Location"] == "/deliveries"
    code = code_of(database_url, order)
    page = customer.get(f"/orders/{order}").text
    assert "A courier fetches your order" in page
    assert f">{code}</b>" in page
    assert code not in customer.get("/orders").text
    board = merchant.get("/board").text.split(f'id="order-{order}"')[1].split("</form>")[0]
    assert "courier fetches it by" in board
    assert "Send on its way" not in board
    # The page keeps a ticket whose version is the same: the end of a lease changes it too.
    version = re.compile(rf'id="order-{order}" data-version="([^"]+)"')
    held = version.findall(merchant.get("/board/now").text)
    with psycopg.connect(database_url) as connection:
        connection.execute("update courier_assignments set lease_until = taken_at + interval '1 microsecond'")
    assert version.findall(merchant.get("/board/now").text) != held
    assert courier.post(f"/deliveries/{order}/take", {}).status_code == 303
    assert version.findall(merchant.get("/board/now").text) == held
    refused = merchant.post(f"/board/{order}/move", {"to": "on_its_way"})
    assert (refused.status_code, "go on without it when its time is over" in refused.text) == (409, True)
    for _again in range(2):
        assert courier.post(f"/deliveries/{order}/pick-up", {"epoch": "1"}).status_code == 303
    assert "A courier has your order since" in customer.get(f"/orders/{order}/now").text
    wrong = courier.post(f"/deliveries/{order}/deliver", {"epoch": "1", "code": "x"})
    assert wrong.status_code == 409
    assert "Tries left: 4." in wrong.text
    for _again in range(2):
        assert courier.post(f"/deliveries/{order}/deliver", {"epoch": "1", "code": code}).status_code == 303
    assert "Your order was delivered" in customer.get(f"/orders/{order}").text
    assert name_of(order) not in courier.get("/deliveries/now").text


def test_a_shop_says_that_an_order_is_ready_and_its_courier_and_its_customer_see_it(
    web: ServingProcess, world: World, courier: Visitor, order: UUID
) -> None:
    customer, merchant = signed_in(web, world, "customer"), signed_in(web, world, "merchant")
    assert "being prepared" in courier.get("/deliveries").text
    assert "Ready for a courier" in merchant.get("/board").text
    for _ in range(2):
        answer = merchant.post(f"/board/{order}/ready", {})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/board")
    ticket = merchant.get("/board").text.split(f'id="order-{order}"')[1].split('<li class="ticket"')[0]
    assert "Ready since" in ticket
    assert "Ready for a courier" not in ticket
    assert "ready since" in courier.get("/deliveries").text
    courier.post(f"/deliveries/{order}/take", {})
    assert "ready at the shop" in courier.get("/deliveries").text
    assert "Ready since" in customer.get(f"/orders/{order}").text
    for visitor, status in ((courier, 403), (customer, 403), (signed_in(web, world, "merchant2"), 404)):
        assert visitor.post(f"/board/{order}/ready", {}).status_code == status
    courier.post(f"/deliveries/{order}/pick-up", {"epoch": "1"})
    refused = merchant.post(f"/board/{order}/ready", {})
    assert refused.status_code == 409
    assert "your move was not carried out" in refused.text


def test_a_form_of_others_or_of_nothing_is_refused(courier: Visitor, order: UUID) -> None:
    for form in ({}, {"epoch": "one"}, {"epoch": "-1"}, {"epoch": "9" * 40}, {"epoch": "\u0661"}):
        assert courier.post(f"/deliveries/{order}/pick-up", form).status_code == 400
    assert courier.post(f"/deliveries/{nobodys()}/take", {}).status_code == 404
    assert courier.post(f"/deliveries/{order}/deliver", {"epoch": "7", "code": "1234"}).status_code == 409


def test_a_courier_sees_no_page_of_the_shop(courier: Visitor, order: UUID) -> None:
    for path in ("/board", "/products", "/people", f"/orders/{order}", "/operator"):
        assert courier.get(path).status_code == 403, path


def test_a_payment_that_is_delayed_says_why_and_until_when(
    web: ServingProcess, world: World, database_url: str
) -> None:
    order = Kitchen(database_url, world).order("paid")
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update orders set status = 'charging', version = 2, payment_token = 'tok_ok' where id = %s", [order]
        )
        connection.execute(
            "insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail)"
            " select id, 2, 'order.payment_delayed', status, customer_id, merchant_id, %s from orders where id = %s",
            [
                '{"by": "worker-1", "cause": "provider_errors", "reason": "The payment provider answers with errors.",'
                ' "until": "2031-03-01T12:15:00+00:00"}',
                order,
            ],
        )
    customer = signed_in(web, world, "customer")
    page = customer.get(f"/orders/{order}").text
    assert "The payment provider answers with errors." in page
    assert "It is asked again until" in page
    assert "worker-1" not in page
    with psycopg.connect(database_url) as connection:
        connection.execute("update orders set status = 'paid', payment_token = null where id = %s", [order])
    page = customer.get(f"/orders/{order}").text
    assert "The payment took longer:" in page
    assert "It is asked again until" not in page


def test_money_that_is_delayed_on_its_way_back_says_why(web: ServingProcess, world: World, database_url: str) -> None:
    order = Kitchen(database_url, world).order("cancelled")
    with psycopg.connect(database_url) as connection:
        connection.execute("update payments set status = 'undoing' where order_id = %s", [order])
        connection.execute("update orders set version = 2 where id = %s", [order])
        connection.execute(
            "insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail)"
            " select id, 2, 'order.refund_delayed', status, customer_id, merchant_id, %s from orders where id = %s",
            [
                '{"by": "worker-1", "cause": "provider_away", "reason": "The payment provider cannot be reached."}',
                order,
            ],
        )
    customer = signed_in(web, world, "customer")
    page = customer.get(f"/orders/{order}").text
    assert "The payment provider cannot be reached." in page
    assert "It is asked again until your money is back." in page
    assert "worker-1" not in page
    with psycopg.connect(database_url) as connection:
        connection.execute("update payments set status = 'refunded' where order_id = %s", [order])
    page = customer.get(f"/orders/{order}").text
    assert "The way back took longer:" in page
    assert "It is asked again until" not in page
