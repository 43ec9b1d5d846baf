"""Couriers over HTTP: what they see and do, what customers and merchants see of it, and what is refused."""

import secrets
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos_drills.sql.aged import let_lease_pass
from pedidos_drills.sql.codes import code_of
from tests.integration.api.test_handover import ordered, read
from tests.integration.api.test_merchant_people import CHOSEN
from tests.integration.api.test_orders import set_status
from tests.support.api import Api, make_world
from tests.support.delivery import NAMES, delivers
from tests.support.mailbox import Mailbox
from tests.support.options import SIZE, offer
from tests.support.tables import rows
from tests.support.waiting import until


@pytest.fixture
def shop(api: Api, engine: Engine, database_url: str) -> Iterator[Api]:
    """A shop that delivers, with a courier, asked by accounts that no other test uses."""
    shop = api.for_others(make_world(database_url))
    delivers(engine, shop.world.merchant)
    yield shop
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from delivery_terms")


@pytest.fixture
def order(shop: Api, database_url: str) -> str:
    """One that is being prepared."""
    made = ordered(shop)
    set_status(database_url, made, "preparing")
    return made


def move(shop: Api, order: str, verb: str, *, token: str | None = None, **body: object) -> tuple[int, dict[str, Any]]:
    who = None if token else "courier"
    answer = shop.ask("POST", f"/v1/deliveries/{order}/{verb}", who=who, token=token, json=body or None)
    return answer.status_code, answer.json()


def test_a_delivery_from_the_list_to_the_door(shop: Api, engine: Engine, order: str) -> None:
    listed = shop.ask("GET", "/v1/deliveries", who="courier")
    assert listed.status_code == 200
    assert (listed.json()["own"], listed.json()["ready"][0]["order_id"]) == ([], order)
    assert listed.json()["ready"][0]["district"] == NAMES[4]
    assert NAMES[0] not in listed.text
    assert NAMES[2] not in listed.text
    status, now = move(shop, order, "take")
    assert status == 200
    (own,) = now["own"]
    assert (own["epoch"], own["contact"]["recipient"], own["picked_up_at"]) == (1, NAMES[0], None)
    code = read(shop, order, "customer")["courier"]["code"]
    assert code == code_of(engine, UUID(order))
    for reader in ("merchant", "operator"):
        courier = read(shop, order, reader)["courier"]
        assert (courier["epoch"], courier["code"]) == (1, None)
    assert code not in listed.text
    assert move(shop, order, "deliver", epoch=1, code=code)[1]["detail"] == "Pick this order up first."
    assert move(shop, order, "pick-up", epoch=1)[0] == 200
    wrong = f"{(int(code) + 1) % 10_000:04}"
    status, problem = move(shop, order, "deliver", epoch=1, code=wrong)
    assert (status, problem["type"]) == (409, "/problems/move-refused")
    assert problem["detail"] == "This is not the code of the order. Tries left: 4."
    assert move(shop, order, "deliver", epoch=1, code=code) == (200, {"ready": [], "own": []})
    told = read(shop, order, "customer")
    assert (told["status"], told["courier"]) == ("delivered", None)
    assert [(entry["type"], entry["detail"]["by"]) for entry in told["timeline"][-3:]] == [
        ("order.courier_assigned", "courier"),
        ("order.on_its_way", "courier"),
        ("order.delivered", "courier"),
    ]
    account = str(shop.world.accounts["courier"])
    assert account not in str(told)
    assert f"courier:{account}" in str(read(shop, order, "merchant"))
    assert code not in str(rows(engine, "select detail from order_events where order_id::text = :id", id=order))


def test_a_courier_sees_what_was_chosen(shop: Api, engine: Engine, database_url: str) -> None:
    product = shop.world.products[0]
    large = offer(engine, shop.world.merchant, product, SIZE)["Large"]
    made = ordered(shop, items=[{"product_id": str(product), "quantity": 2, "choices": [str(large)]}])
    set_status(database_url, made, "preparing")
    (waiting,) = shop.ask("GET", "/v1/deliveries", who="courier").json()["ready"]
    assert [(each["quantity"], each["choices"]) for each in waiting["items"]] == [(2, ["Large"])]
    assert move(shop, made, "take")[1]["own"][0]["items"] == waiting["items"]


def test_a_courier_sees_whether_an_order_is_ready(shop: Api, order: str) -> None:
    (waiting,) = shop.ask("GET", "/v1/deliveries", who="courier").json()["ready"]
    assert waiting["ready_at"] is None
    assert read(shop, order, "customer")["ready_at"] is None
    for who, status in (("merchant2", 404), ("customer", 403), ("courier", 403), ("merchant", 200), ("merchant", 200)):
        assert shop.ask("POST", f"/v1/orders/{order}/ready", who=who).status_code == status
    told = read(shop, order, "customer")
    assert [entry["type"] for entry in told["timeline"]].count("order.ready") == 1
    (waiting,) = shop.ask("GET", "/v1/deliveries", who="courier").json()["ready"]
    assert waiting["ready_at"] == told["ready_at"] is not None
    (own,) = move(shop, order, "take")[1]["own"]
    assert own["ready_at"] == waiting["ready_at"]
    move(shop, order, "pick-up", epoch=1)
    answer = shop.ask("POST", f"/v1/orders/{order}/ready", who="merchant")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/move-refused")


def test_a_late_delivery_under_an_old_epoch_is_refused(shop: Api, engine: Engine, order: str) -> None:
    move(shop, order, "take")
    move(shop, order, "pick-up", epoch=1)
    code = read(shop, order, "customer")["courier"]["code"]
    let_lease_pass(engine, UUID(order))
    other = courier_of(shop, engine)
    assert move(shop, order, "take", token=other)[0] == 200
    status, problem = move(shop, order, "deliver", epoch=1, code=code)
    assert (status, problem["detail"]) == (
        409,
        "Your time for this order was over, and another courier has taken it.",
    )
    answer = shop.ask("POST", f"/v1/orders/{order}/deliver", who="merchant")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/move-refused")
    assert move(shop, order, "pick-up", token=other, epoch=2)[0] == 200
    assert move(shop, order, "deliver", token=other, epoch=2, code=code)[0] == 200


def courier_of(shop: Api, engine: Engine) -> str:
    """An access token of another courier, whom the owner has invited."""
    email = f"{secrets.token_hex(6)}@pedidos.example"
    people = f"/v1/merchants/{shop.world.merchant}/people"
    body = {"email": email, "name": "Davi", "role": "courier"}
    answer = shop.ask("POST", people, who="merchant", json=body)
    assert answer.status_code == 201, answer.text
    assert [(each["courier"], each["staff"]) for each in answer.json()["items"] if each["email"] == email] == [
        (True, False)
    ]
    token = Mailbox(engine).token(email, "staff_invited")
    assert shop.ask("POST", "/v1/auth/join", json={"token": token, "new_password": CHOSEN}).status_code == 204
    found: str = shop.ask("POST", "/v1/auth/token", json={"email": email, "password": CHOSEN}).json()["access_token"]
    return found


def test_what_a_courier_who_is_removed_has_can_be_taken_at_once(shop: Api, engine: Engine, order: str) -> None:
    token = courier_of(shop, engine)
    assert move(shop, order, "take", token=token)[0] == 200
    assert move(shop, order, "take")[0] == 409
    people = f"/v1/merchants/{shop.world.merchant}/people"
    (gone,) = [each for each in shop.ask("GET", people, who="merchant").json()["items"] if each["name"] == "Davi"]
    assert shop.ask("DELETE", f"{people}/{gone['id']}", who="merchant").status_code == 200
    assert move(shop, order, "take")[1]["own"][0]["epoch"] == 2
    until(lambda: shop.ask("GET", "/v1/me", token=token).status_code == 401, "the token to be refused")


def test_a_courier_sees_no_orders_and_no_catalogue_of_the_shop(shop: Api, order: str) -> None:
    for method, path in (
        ("GET", f"/v1/orders/{order}"),
        ("GET", "/v1/orders"),
        ("POST", f"/v1/orders/{order}/cancel"),
        ("POST", f"/v1/orders/{order}/deliver"),
        ("GET", f"/v1/merchants/{shop.world.merchant}/people"),
    ):
        assert shop.ask(method, path, who="courier").status_code == 403, path


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("pick-up", {"epoch": 0}, "epoch"),
        ("pick-up", {"epoch": "1"}, "epoch"),
        ("pick-up", {"epoch": 2**31}, "epoch"),
        ("give-back", {}, "epoch"),
        ("deliver", {"epoch": 1, "code": "12345"}, "code"),
        ("deliver", {"epoch": 1, "code": "12a4"}, "code"),
        ("deliver", {"epoch": 1, "code": "\u0661\u0662\u0663\u0664"}, "code"),
        ("deliver", {"epoch": 1, "code": 1234}, "code"),
        ("deliver", {"epoch": 1, "code": "1" * 10_000}, "code"),
        ("deliver", {"epoch": 1}, "code"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_happens(
    shop: Api, engine: Engine, order: str, verb: str, body: dict[str, object], field: str
) -> None:
    move(shop, order, "take")
    answer = shop.ask("POST", f"/v1/deliveries/{order}/{verb}", who="courier", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    (row,) = rows(engine, "select tries from delivery_codes where order_id::text = :id", id=order)
    assert row.tries == 0
