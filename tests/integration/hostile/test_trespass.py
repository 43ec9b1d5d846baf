"""A customer who tries to reach what is another's, or to decide what is not a customer's to decide."""

import base64
import json
import unicodedata
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests
from sqlalchemy import Engine

from tests.integration.hostile.edge import Edge
from tests.support.api import PASSWORD, Api
from tests.support.processes import LiveProcess
from tests.support.tables import rows

Spelling = Callable[[uuid.UUID], str]

SPELLINGS: dict[str, Spelling] = {
    "as it is": str,
    "upper case": lambda order: str(order).upper(),
    "braces": lambda order: f"%7B{order}%7D",
    "URN": lambda order: f"urn:uuid:{order}",
    "without dashes": lambda order: order.hex,
    "number": lambda order: str(order.int),
    "base 64": lambda order: base64.urlsafe_b64encode(order.bytes).decode().rstrip("="),
    "base 32, as a ULID": lambda order: base64.b32encode(order.bytes).decode().rstrip("="),
    "NUL at the end": lambda order: f"{order}%00",
    "blank at the end": lambda order: f"{order}%20",
    "line break": lambda order: f"{order}%0A",
    "full-width digits": lambda order: str(order).replace("0", "%EF%BC%90"),
    "detour": lambda order: f"{uuid.uuid4()}/../{order}",
    "hidden detour": lambda order: f"{uuid.uuid4()}%2f..%2f{order}",
    "two": lambda order: f"{order},{order}",
    "wildcard": lambda _order: "*",
    "everything": lambda _order: "%25",
}


@pytest.fixture
def theirs(api: Api) -> uuid.UUID:
    """An order of another customer."""
    return uuid.UUID(api.place("customer2").json()["id"])


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_no_spelling_of_an_id_opens_anothers_order(
    edge: Edge, api: Api, live: LiveProcess, theirs: uuid.UUID, spelling: Spelling
) -> None:
    address, token = f"/v1/orders/{spelling(theirs)}", api.token("customer")
    for method, path in (("GET", address), ("POST", f"{address}/cancel"), ("GET", f"{address}/events")):
        answer = edge.ask(method, path, token)
        assert answer.status_code in {400, 404, 405}, (method, path)
        assert "customer_id" not in answer.text
    streamed = requests.get(f"{live.url}{address}/events", headers={"Authorization": f"Bearer {token}"}, timeout=20)
    assert streamed.status_code in {400, 404}
    assert api.ask("GET", f"/v1/orders/{theirs}", who="customer2").json()["status"] == "received"


def test_no_query_lists_anothers_orders(api: Api, theirs: uuid.UUID) -> None:
    account = api.world.accounts["customer2"]
    cursor = base64.urlsafe_b64encode(uuid.UUID(int=theirs.int + 1).bytes).decode().rstrip("=")
    for query in (f"customer_id={account}", f"merchant_id={api.world.merchant}", "role=operator", f"cursor={cursor}"):
        answer = api.ask("GET", f"/v1/orders?{query}", who="customer")
        assert str(theirs) not in answer.text


@pytest.mark.parametrize(
    "extra",
    [
        {"customer_id": str(uuid.uuid4())},
        {"status": "confirmed"},
        {"total_cents": 1},
        {"id": str(uuid.uuid4())},
        {"version": 9},
        {"created_at": "2020-01-01T00:00:00Z"},
        {"__proto__": {"total_cents": 1}},
        {"Payment_Token": "tok_ok"},
    ],
    ids=lambda extra: next(iter(extra)),
)
def test_an_order_takes_no_more_than_it_asks_for(api: Api, engine: Engine, extra: dict[str, Any]) -> None:
    before = rows(engine, "select count(*) from orders")
    answer = api.place(**extra)
    assert answer.status_code == 422
    assert next(iter(extra)) in {error["field"].split(".")[0] for error in answer.json()["errors"]}
    assert rows(engine, "select count(*) from orders") == before


def test_a_customer_does_not_become_more(api: Api, engine: Engine) -> None:
    email = f"{uuid.uuid4().hex}@pedidos.example"
    account = {"email": email, "name": "Eva", "password": PASSWORD}
    for extra in ({"role": "operator"}, {"merchant_id": str(api.world.merchant)}, {"active": True}, {"id": "1"}):
        assert api.ask("POST", "/v1/accounts", json=account | extra).status_code == 422
    assert api.ask("POST", "/v1/accounts", json=account).status_code == 202
    assert [tuple(row) for row in rows(engine, "select role, merchant_id from accounts where email = :e", e=email)] == [
        ("customer", None)
    ]


def test_of_a_name_given_twice_what_is_checked_is_what_is_ordered(api: Api) -> None:
    product, merchant = api.world.products[0], api.world.merchant
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}

    def order(quantities: str) -> requests.Response:
        data = f"""{{"merchant_id": "{merchant}", "payment_token": "tok_ok",
                     "items": [{{"product_id": "{product}", {quantities}}}]}}"""
        return api.ask("POST", "/v1/orders", who="customer", data=data, headers=headers)

    assert order('"quantity": 1, "quantity": 100').status_code == 422
    assert order('"quantity": 100, "quantity": 1').json().get("total_cents", 500) == 500


@pytest.mark.parametrize("number", [2**31, 2**32 + 1, 2**63, 2**64 + 1, -(2**63), 10**400], ids=str)
def test_numbers_do_not_wrap_round(api: Api, number: int) -> None:
    items = [{"product_id": str(api.world.products[0]), "quantity": number}]
    assert api.place(items=items).status_code in {400, 422}
    assert api.place(expected_total_cents=number).status_code in {400, 409, 422}
    product = {"name": "Ouro", "price_cents": number, "on_hand": 1}
    assert api.ask("POST", _products(api), who="merchant", json=product).status_code in {400, 422}
    assert api.ask(
        "POST", _products(api), who="merchant", json=product | {"price_cents": 1, "on_hand": number}
    ).status_code in {400, 422}


def test_the_largest_order_adds_up(api: Api) -> None:
    """50 lines of 99 of the dearest product that can be sold: far beyond 32 bits."""
    document = api.ask("GET", "/openapi.json").json()["components"]["schemas"]["NewProduct"]["properties"]
    dearest = document["price_cents"]["maximum"]
    product = {"name": "Ouro", "price_cents": dearest, "on_hand": 1}
    added = api.ask("POST", _products(api), who="merchant", json=product)
    assert added.status_code == 201, added.text
    items = [{"product_id": added.json()["id"], "quantity": 99}] * 50
    placed = api.place(items=items)
    assert placed.status_code == 202
    assert placed.json()["total_cents"] == 50 * 99 * dearest > 2**31


@pytest.mark.parametrize(
    "email",
    [
        "customer@pedidos.exampl\u0435",  # a Cyrillic letter
        "cust\uff4fmer@pedidos.example",  # a full-width letter
        "customer@ped\u0131dos.example",  # a dotless i, whose upper case is I
        "customer@pedidos\u3002example",  # an ideographic full stop
        "customer\u200b@pedidos.example",  # a space without width
        unicodedata.normalize("NFD", "jo\u00e3o@pedidos.example"),
        "customer@pedidos.example\n",
        " customer@pedidos.example",
        "customer@pedidos.example\x00@elsewhere.example",
    ],
    ids=ascii,
)
def test_an_address_that_only_looks_like_another_is_none(api: Api, email: str) -> None:
    account = {"email": email, "name": "Eva", "password": PASSWORD}
    answer = api.ask("POST", "/v1/accounts", json=account)
    assert answer.status_code == 422
    assert api.ask("POST", "/v1/auth/token", json={"email": email, "password": PASSWORD}).status_code == 422


def test_addresses_that_resemble_one_another_are_separate_accounts(api: Api) -> None:
    mark = uuid.uuid4().hex
    alike = [f"m{mark}@pedidos.example", f"rn{mark}@pedidos.example", f"m{mark}+a@pedidos.example"]
    passwords = [f"password of number {n}" for n in range(len(alike))]
    for email, password in zip(alike, passwords, strict=True):
        account = {"email": email, "name": "Eva", "password": password}
        assert api.ask("POST", "/v1/accounts", json=account).status_code == 202
    for email in alike:
        signed_in = [
            api.ask("POST", "/v1/auth/token", json={"email": email.upper(), "password": password}).status_code == 200
            for password in passwords
        ]
        assert signed_in.count(True) == 1


def test_a_password_is_one_text_however_it_is_composed_and_is_not_cut(api: Api) -> None:
    """RFC 8265: compared as NFC; what no keyboard types is refused, and causes no fault."""
    email = f"{uuid.uuid4().hex}@pedidos.example"
    composed = "p\u00e3o de queijo quentinho"
    account = {"email": email, "name": "Eva", "password": composed}
    assert api.ask("POST", "/v1/accounts", json=account | {"password": f"{composed}\x00"}).status_code == 422
    assert api.ask("POST", "/v1/accounts", json=account).status_code == 202

    def enters(password: str) -> bool:
        answer = api.ask("POST", "/v1/auth/token", json={"email": email, "password": password})
        assert answer.status_code in {200, 401}
        return answer.status_code == 200

    assert enters(composed)
    assert enters(unicodedata.normalize("NFD", composed))
    assert not enters(composed[:-1])
    assert not enters(f"{composed}\x00")
    half_a_character = json.dumps({"email": email, "password": "\ud800" * 12})
    headers = {"Content-Type": "application/json"}
    assert api.ask("POST", "/v1/auth/token", data=half_a_character, headers=headers).status_code == 400


def _products(api: Api) -> str:
    return f"/v1/merchants/{api.world.merchant}/products"
