"""Merchants apply, and are approved, refused or suspended; each decision is made once, and is in the audit log."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from sqlalchemy import Engine

from tests.support.api import Api, make_world
from tests.support.mailbox import Mailbox
from tests.support.tables import rows
from tests.support.tax_numbers import cpf

HOURS = [{"weekday": day, "opens": "00:00", "closes": "24:00"} for day in range(1, 8)]


@pytest.fixture
def shop(api: Api, database_url: str) -> Api:
    """The api, asked by accounts that no other test uses: they change their role."""
    return api.for_others(make_world(database_url))


def application(**changes: object) -> dict[str, Any]:
    return {
        "name": "Cantina da Eva",
        "tax_number": cpf(),
        "address": "Rua das Flores 12, São Paulo",
        "hours": HOURS,
        "delivery_fee_cents": 790,
    } | changes


def apply(shop: Api, who: str = "customer", **changes: Any) -> requests.Response:
    return shop.ask("POST", "/v1/merchant-applications", who=who, json=application(**changes))


def decide(shop: Api, application_id: str, how: str, **body: str) -> requests.Response:
    address = f"/v1/merchant-applications/{application_id}/{how}"
    return shop.ask("POST", address, who="operator", json=body or None)


def actions(engine: Engine, subject: str) -> list[str]:
    """What the audit log has about a subject."""
    found = rows(engine, "select action from audit_log where subject = :s order by number", s=subject)
    return [row.action for row in found]


def test_an_approved_application_is_a_merchant_with_its_owner(shop: Api, engine: Engine) -> None:
    made = apply(shop)
    assert made.status_code == 201, made.text
    asked = made.json()
    assert (asked["status"], asked["hours"], asked["delivery_fee_cents"]) == ("open", HOURS, 790)
    waiting = shop.ask("GET", "/v1/merchant-applications", who="operator").json()["items"]
    assert asked["id"] in [each["id"] for each in waiting]
    approved = decide(shop, asked["id"], "approve").json()
    again = decide(shop, asked["id"], "approve").json()
    assert (approved["status"], again) == ("approved", approved)
    merchant = shop.ask("GET", f"/v1/merchants/{approved['merchant_id']}").json()
    assert (merchant["name"], merchant["hours"], merchant["active"]) == ("Cantina da Eva", HOURS, True)
    tokens = shop.sign_in("customer")
    me = shop.ask("GET", "/v1/me", token=tokens["access_token"]).json()
    assert (me["role"], me["merchant_id"]) == ("merchant", approved["merchant_id"])
    product = {"name": "Pizza", "price_cents": 4990, "on_hand": 3}
    address = f"/v1/merchants/{approved['merchant_id']}/products"
    assert shop.ask("POST", address, token=tokens["access_token"], json=product).status_code == 201
    assert actions(engine, asked["id"]) == ["application.made", "application.approved"]
    assert [mail.kind for mail in Mailbox(engine).to(shop.world.emails["customer"])] == ["merchant_approved"]


def test_a_refused_application_has_a_reason_and_can_be_made_again(shop: Api, engine: Engine) -> None:
    number = cpf()
    asked = apply(shop, tax_number=number).json()
    refused = decide(shop, asked["id"], "refuse", reason="The address is missing.").json()
    assert (refused["status"], refused["reason"]) == ("refused", "The address is missing.")
    own = shop.ask("GET", "/v1/merchant-applications/own", who="customer").json()
    assert own == refused
    assert decide(shop, asked["id"], "approve").status_code == 409
    assert decide(shop, asked["id"], "refuse", reason="Another one.").json()["reason"] == "The address is missing."
    assert apply(shop, tax_number=number).status_code == 201
    assert actions(engine, asked["id"]) == ["application.made", "application.refused"]


def test_an_account_and_a_number_apply_once(shop: Api) -> None:
    number = cpf()
    assert apply(shop, tax_number=number).status_code == 201
    for who, tax_number in (("customer", cpf()), ("customer2", f"{number[:3]}.{number[3:]}")):
        refused = apply(shop, who, tax_number=tax_number)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/conflict")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tax_number", "11.222.333/0001-82"),
        ("tax_number", "0" * 14),
        ("tax_number", "9" * 5000),
        ("name", ""),
        ("name", "a\nb"),
        ("address", "x" * 301),
        ("address", ""),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("delivery_fee_cents", -1),
        ("delivery_fee_cents", 100_001),
        ("delivery_fee_cents", 7.5),
        ("hours", [{"weekday": 1, "opens": "18:00", "closes": "09:00"}]),
        ("hours", [HOURS[0], HOURS[0]]),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(shop: Api, engine: Engine, field: str, value: object) -> None:
    refused = shop.ask("POST", "/v1/merchant-applications", who="customer", json=application() | {field: value})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/invalid-fields")
    assert refused.json()["errors"][0]["field"].startswith(field)
    account = shop.world.accounts["customer"]
    assert rows(engine, "select from merchant_applications where account_id = :a", a=account) == []


def test_of_ten_decisions_at_once_one_counts(shop: Api, engine: Engine) -> None:
    asked = apply(shop).json()
    token = shop.token("operator")

    def ask(number: int) -> int:
        how, body = ("approve", None) if number % 2 else ("refuse", {"reason": f"Reason {number}."})
        address = f"/v1/merchant-applications/{asked['id']}/{how}"
        return shop.ask("POST", address, token=token, json=body).status_code

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(ask, range(10)))
    assert set(answers) == {200, 409}
    told = actions(engine, asked["id"])
    assert len(told) == 2
    made = rows(engine, "select count(*) as n from merchants where name = :n", n="Cantina da Eva")
    status = rows(engine, "select status, merchant_id from merchant_applications where id = :i", i=asked["id"])[0]
    assert (status.status == "approved") == (status.merchant_id is not None) == ("application.approved" in told)
    assert made


def test_a_disabled_account_is_not_approved(shop: Api, database_url: str, engine: Engine) -> None:
    asked = apply(shop).json()
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "update accounts set active = false where id = %(id)s", {"id": shop.world.accounts["customer"]}
        )
    assert decide(shop, asked["id"], "approve").status_code == 409
    assert rows(engine, "select status from merchant_applications where id = :i", i=asked["id"])[0].status == "open"
    assert database_url


def test_a_suspended_merchant_is_not_listed_and_finishes_what_it_has(shop: Api, engine: Engine) -> None:
    merchant = str(shop.world.merchant)
    placed = shop.place().json()["id"]
    reason = {"reason": f"Complaints {secrets.token_hex(4)}"}
    for _ in range(2):
        answer = shop.ask("POST", f"/v1/merchants/{merchant}/suspend", who="operator", json=reason)
        assert answer.status_code == 204
    assert shop.ask("GET", f"/v1/merchants/{merchant}").json()["active"] is False
    # Its own people see its orders as before.
    assert shop.ask("GET", f"/v1/orders/{placed}", who="merchant").status_code == 200
    assert shop.ask("POST", f"/v1/orders/{placed}/cancel", who="merchant").status_code == 200
    assert shop.ask("POST", f"/v1/merchants/{merchant}/resume", who="operator").status_code == 204
    assert shop.ask("GET", f"/v1/merchants/{merchant}").json()["active"] is True
    assert actions(engine, merchant) == ["merchant.suspended", "merchant.resumed"]
