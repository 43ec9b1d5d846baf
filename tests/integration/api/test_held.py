"""Something that a request needs is held by another session: that request alone is refused, and soon."""

import secrets
from typing import Any
from uuid import UUID

import pytest
import requests
from sqlalchemy import Engine, text

from tests.support.api import PASSWORD, Api
from tests.support.holding import held


@pytest.fixture
def order(api: Api) -> UUID:
    return UUID(api.place().json()["id"])


def refused_as_held(answer: requests.Response) -> bool:
    return (answer.status_code, answer.headers.get("Retry-After"), answer.json()["type"]) == (
        503,
        "1",
        "/problems/held",
    )


def test_placing(api: Api, engine: Engine) -> None:
    with held(engine, "products", "id", api.world.products[0]):
        assert refused_as_held(api.place(items=[{"product_id": str(api.world.products[0]), "quantity": 1}]))
        assert api.place(items=[{"product_id": str(api.world.products[1]), "quantity": 1}]).status_code == 202
    assert api.place(items=[{"product_id": str(api.world.products[0]), "quantity": 1}]).status_code == 202


def test_moving_an_order(api: Api, engine: Engine, order: UUID) -> None:
    with held(engine, "orders", "id", order):
        for who in ("customer", "merchant"):
            assert refused_as_held(api.ask("POST", f"/v1/orders/{order}/cancel", who=who))
        assert api.place().status_code == 202
    assert api.ask("POST", f"/v1/orders/{order}/cancel", who="customer").status_code == 200


def test_counting_stock(api: Api, engine: Engine) -> None:
    product = api.world.products[0]
    count: dict[str, Any] = {"who": "merchant", "json": {"on_hand": 1000}}
    with held(engine, "stock", "product_id", product):
        assert refused_as_held(api.ask("PUT", f"/v1/products/{product}/stock", **count))
    assert api.ask("PUT", f"/v1/products/{product}/stock", **count).status_code == 200


def test_refreshing(api: Api, engine: Engine) -> None:
    token = {"refresh_token": api.sign_in("customer2")["refresh_token"]}
    with held(engine, "refresh_tokens", "account_id", api.world.accounts["customer2"]):
        assert refused_as_held(api.ask("POST", "/v1/auth/refresh", json=token))
    assert api.ask("POST", "/v1/auth/refresh", json=token).status_code == 200


def test_signing_in(api: Api, engine: Engine) -> None:
    credentials = {"email": api.world.emails["customer2"], "password": PASSWORD}
    with held(engine, "accounts", "id", api.world.accounts["customer2"]):
        assert refused_as_held(api.ask("POST", "/v1/auth/token", json=credentials))
    assert api.ask("POST", "/v1/auth/token", json=credentials).status_code == 200


def test_registering_an_address_that_another_transaction_registers(api: Api, engine: Engine) -> None:
    account = {"email": f"{secrets.token_hex(6)}@pedidos.example", "name": "Ana", "password": PASSWORD}
    with engine.connect() as other, other.begin() as transaction:
        add = "insert into accounts (email, name, role, password_hash) values (:email, 'Ana', 'customer', '!')"
        other.execute(text(add), {"email": account["email"]})
        assert refused_as_held(api.ask("POST", "/v1/accounts", json=account))
        transaction.rollback()
    assert api.ask("POST", "/v1/accounts", json=account).status_code == 202
