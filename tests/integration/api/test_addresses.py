"""A customer's saved addresses over HTTP."""

import secrets
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from pedidos.storage.accounts.addresses import MOST
from tests.support.api import Api
from tests.support.delivery import NAMES, delivers, handover


@pytest.fixture(autouse=True)
def none_left(engine: Engine) -> Iterator[None]:
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from saved_addresses")


def body(label: str = "Home") -> dict[str, Any]:
    given = handover()
    del given["method"]
    return {"label": label, **given}


def save(api: Api, address_id: str, who: str = "customer", **changes: object) -> int:
    answer = api.ask("PUT", f"/v1/me/addresses/{address_id}", who=who, json=body() | changes)
    return int(answer.status_code)


def labels(api: Api, who: str = "customer") -> list[str]:
    answer = api.ask("GET", "/v1/me/addresses", who=who)
    assert answer.status_code == 200
    return [each["label"] for each in answer.json()["items"]]


def test_an_address_is_saved_shown_changed_and_removed(api: Api) -> None:
    address_id = str(uuid.uuid4())
    for _ in range(2):
        assert save(api, address_id) == 200
    (found,) = api.ask("GET", "/v1/me/addresses", who="customer").json()["items"]
    assert found["contact"]["address"]["street"] == NAMES[2]
    assert save(api, address_id, label="Work") == 200
    assert labels(api) == ["Work"]
    assert api.ask("DELETE", f"/v1/me/addresses/{address_id}", who="customer").status_code == 204
    assert api.ask("DELETE", f"/v1/me/addresses/{address_id}", who="customer").status_code == 404
    assert labels(api) == []


def test_addresses_are_the_accounts_own(api: Api) -> None:
    address_id = str(uuid.uuid4())
    save(api, address_id)
    assert labels(api, "customer2") == []
    assert api.ask("DELETE", f"/v1/me/addresses/{address_id}", who="customer2").status_code == 404
    assert save(api, address_id, "customer2", label="Theirs") == 200
    assert labels(api) == ["Home"]
    for who in ("merchant", "operator"):
        assert api.ask("GET", "/v1/me/addresses", who=who).status_code == 403
    assert api.ask("GET", "/v1/me/addresses").status_code == 401


def test_there_is_a_limit(api: Api) -> None:
    ids = [str(uuid.uuid4()) for _ in range(MOST)]
    assert {save(api, each) for each in ids} == {200}
    answer = api.ask("PUT", f"/v1/me/addresses/{uuid.uuid4()}", who="customer", json=body())
    assert answer.status_code == 409
    assert f"{MOST} saved addresses" in answer.json()["detail"]
    assert save(api, ids[0]) == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label": ""}, "label"),
        ({"label": "x" * 41}, "label"),
        ({"address": None}, "address"),
        ({"phone": "1"}, "phone"),
    ],
)
def test_a_field_that_is_wrong_is_named(api: Api, changes: dict[str, object], field: str) -> None:
    answer = api.ask("PUT", f"/v1/me/addresses/{uuid.uuid4()}", who="customer", json=body() | changes)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_an_order_keeps_its_copy(api: Api, engine: Engine) -> None:
    delivers(engine, api.world.merchant)
    address_id = str(uuid.uuid4())
    save(api, address_id)
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    placed = api.ask("POST", "/v1/orders", who="customer", json=api.order_body(handover=handover()), headers=headers)
    api.ask("DELETE", f"/v1/me/addresses/{address_id}", who="customer")
    order = api.ask("GET", placed.json()["links"]["self"], who="customer").json()
    assert order["contact"]["recipient"] == NAMES[0]
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from delivery_terms")
