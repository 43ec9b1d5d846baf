"""Delivery or pick-up over HTTP: quotes, lines, and who may read who gets an order."""

import secrets
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import requests
from sqlalchemy import Engine

from pedidos.domain.order import ENDS
from tests.integration.api.test_orders import set_status
from tests.support.api import Api
from tests.support.delivery import NAMES, delivers, handover
from tests.support.tables import rows


@pytest.fixture(autouse=True)
def delivering(api: Api, engine: Engine) -> Iterator[None]:
    delivers(engine, api.world.merchant, free_from_cents=2000)
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from delivery_terms")


def place(api: Api, key: str | None = None, **more: Any) -> requests.Response:
    headers = {"Idempotency-Key": key or secrets.token_hex(8)}
    return api.ask("POST", "/v1/orders", who="customer", json=api.order_body() | more, headers=headers)


def ordered(api: Api, **more: Any) -> str:
    answer = place(api, handover=handover(), **more)
    assert answer.status_code == 202, answer.text
    found: str = answer.json()["id"]
    return found


def read(api: Api, order_id: str, who: str) -> dict[str, Any]:
    answer = api.ask("GET", f"/v1/orders/{order_id}", who=who)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def wrong(answer: requests.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json()["errors"]]


def test_an_order_shows_its_lines_and_who_gets_it(api: Api) -> None:
    quoted = api.ask(
        "POST",
        "/v1/quotes",
        who="customer",
        json={
            "merchant_id": str(api.world.merchant),
            "items": api.order_body()["items"],
            "handover": {"method": "delivery"},
            "tip_cents": 250,
        },
    )
    assert quoted.status_code == 200
    assert quoted.json()["total_cents"] == 1000 + 700 + 250
    assert quoted.json()["lines"] == [
        {"kind": "delivery_fee", "amount_cents": 700, "label": ""},
        {"kind": "tip", "amount_cents": 250, "label": ""},
    ]
    order = read(api, ordered(api, tip_cents=250, expected_total_cents=quoted.json()["total_cents"]), "customer")
    assert (order["method"], order["total_cents"], order["lines"]) == (
        "delivery",
        quoted.json()["total_cents"],
        quoted.json()["lines"],
    )
    assert order["contact"]["recipient"] == NAMES[0]
    assert order["contact"]["address"]["street"] == NAMES[2]
    assert order["contact"]["address"]["location"] is None


def test_an_order_as_before_is_a_pick_up_by_somebody_who_is_not_named(api: Api) -> None:
    order = read(api, place(api).json()["id"], "merchant")
    assert (order["method"], order["contact"], order["lines"]) == ("pick_up", None, [])


@pytest.mark.parametrize("end", ENDS)
def test_its_merchant_reads_the_contact_until_the_order_ends(api: Api, database_url: str, end: str) -> None:
    order_id = ordered(api)
    assert read(api, order_id, "merchant")["contact"]["phone"] == NAMES[1]
    set_status(database_url, order_id, end)
    text = api.ask("GET", f"/v1/orders/{order_id}", who="merchant").text
    assert '"contact":null' in text
    assert not any(name in text for name in NAMES[:2])
    assert read(api, order_id, "customer")["contact"]["phone"] == NAMES[1]


def test_others_do_not_read_it_and_an_operator_leaves_an_entry(api: Api, engine: Engine) -> None:
    order_id = ordered(api)
    for stranger in ("customer2", "merchant2"):
        answer = api.ask("GET", f"/v1/orders/{order_id}", who=stranger)
        assert (answer.status_code, NAMES[0] in answer.text) == (404, False)
    assert read(api, order_id, "operator")["contact"]["recipient"] == NAMES[0]
    entries = rows(engine, "select detail from audit_log where subject = :id and action = 'order.read'", id=order_id)
    assert [entry.detail for entry in entries] == [{"contact": True}]
    assert not any(name in str(entries) for name in NAMES)


def test_lists_have_no_contact(api: Api) -> None:
    ordered(api)
    for who in ("customer", "merchant", "operator"):
        text = api.ask("GET", "/v1/orders", who=who).text
        assert not any(name in text for name in NAMES)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (handover() | {"address": None}, ["handover.address"]),
        (handover("pick_up") | {"address": handover()["address"]}, ["handover.address"]),
        (handover(street="x" * 10_000), ["handover.address.street"]),
        (handover(street=""), ["handover.address.street"]),
        (handover(street="Rua\x00"), ["handover.address.street"]),
        (handover(street="Rua\nAugusta"), ["handover.address.street"]),
        (handover(postal_code="0130-001"), ["handover.address.postal_code"]),
        (handover(state="sp"), ["handover.address.state"]),
        (handover(location={"latitude": 91, "longitude": 0}), ["handover.address.location.latitude"]),
        (handover(location={"latitude": "1", "longitude": 0}), ["handover.address.location.latitude"]),
        (handover(location={"latitude": 1}), ["handover.address.location.longitude"]),
        (handover() | {"phone": "call me"}, ["handover.phone"]),
        (handover() | {"phone": "1" * 10_000}, ["handover.phone"]),
        (handover() | {"note": "x" * 301}, ["handover.note"]),
        (handover() | {"recipient": ""}, ["handover.recipient"]),
        (handover() | {"method": "drone"}, ["handover.method"]),
        (handover() | {"more": 1}, ["handover.more"]),
        ("delivery", ["handover"]),
    ],
)
def test_each_field_that_is_wrong_is_named_and_nothing_is_ordered(
    api: Api, engine: Engine, body: object, fields: list[str]
) -> None:
    key = secrets.token_hex(8)
    assert wrong(place(api, key, handover=body)) == fields
    assert rows(engine, "select from idempotency_keys where key = :key", key=key) == []


@pytest.mark.parametrize("tip", [-1, 100_001, 1.5, "1", None])
def test_a_tip_that_makes_no_sense_is_refused(api: Api, tip: object) -> None:
    assert wrong(place(api, tip_cents=tip)) == ["tip_cents"]


def test_a_merchant_that_does_not_deliver_says_so(api: Api) -> None:
    body = api.order_body() | {
        "merchant_id": str(api.world.other_merchant),
        "items": [{"product_id": str(api.world.other_product), "quantity": 1}],
    }
    answer = api.ask(
        "POST",
        "/v1/orders",
        who="customer",
        json=body | {"handover": handover()},
        headers={"Idempotency-Key": secrets.token_hex(8)},
    )
    assert wrong(answer) == ["handover.method"]
    quoted = {"merchant_id": body["merchant_id"], "items": body["items"], "handover": {"method": "delivery"}}
    assert wrong(api.ask("POST", "/v1/quotes", who="customer", json=quoted)) == ["handover.method"]


def test_a_quote_names_what_does_not_exist(api: Api) -> None:
    items = api.order_body()["items"] + [{"product_id": str(uuid.uuid4()), "quantity": 1}]
    body = {"merchant_id": str(api.world.merchant), "items": items}
    assert wrong(api.ask("POST", "/v1/quotes", who="customer", json=body)) == [f"items.{len(items) - 1}.product_id"]
    body = {"merchant_id": str(uuid.uuid4()), "items": items[:1]}
    assert wrong(api.ask("POST", "/v1/quotes", who="customer", json=body)) == ["merchant_id"]


def test_a_repetition_of_an_order_of_before_the_upgrade_is_the_same_order(api: Api, database_url: str) -> None:
    """The hash of a request without extras is that of the version before, which did not know them."""
    key = secrets.token_hex(8)
    first = place(api, key)
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select request_hash from idempotency_keys where key = %s", [key]).fetchone()
    assert row is not None
    assert place(api, key, tip_cents=0, handover=None).json() == first.json()
    assert place(api, key, tip_cents=1).status_code == 422
    assert place(api, key, handover=handover()).status_code == 422
