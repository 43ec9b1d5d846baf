"""Giving a part of an order back over HTTP."""

import uuid
from typing import Any

import psycopg
import pytest
import requests

from tests.support.api import Api

ANY = "5f1c6a9e-0000-4000-8000-000000000000"


def delivered(api: Api, database_url: str, status: str = "delivered", **more: Any) -> str:
    """The id of an order of 1000 cents that was paid, in this state."""
    order: str = api.place(**more).json()["id"]
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into payments"
            " (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt, reference)"
            " select id, total_cents, 'captured', 1, now(), 1, now(), 'ch_test' from orders where id = %s",
            [order],
        )
        connection.execute("update orders set status = %s, version = version + 1 where id = %s", [status, order])
        connection.execute(
            "insert into order_events (order_id, version, type, status, customer_id, merchant_id)"
            " select id, version, 'order.' || status, status, customer_id, merchant_id from orders where id = %s",
            [order],
        )
    return order


def give(api: Api, order: str, who: str = "merchant", key: str | None = None, **body: Any) -> requests.Response:
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    asked = body or {"cause": "late", "amount_cents": 300}
    return api.ask("POST", f"/v1/orders/{order}/refunds", who=who, json=asked, headers=headers)


def wrong(answer: requests.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json()["errors"]]


def test_the_customer_sees_what_was_taken_and_what_comes_back(api: Api, database_url: str) -> None:
    order = delivered(api, database_url)
    missing: dict[str, Any] = {
        "cause": "items_missing",
        "missing": [{"product_id": str(api.world.products[0]), "quantity": 1}],
    }
    first, again = (give(api, order, key="k", **missing) for _ in range(2))
    assert first.status_code == again.status_code == 200, first.text
    assert first.json() == again.json()
    made = first.json()
    assert (made["amount_cents"], made["status"], made["reason"]) == (
        500,
        "pending",
        "Missing in the order: 1 × Pizza 0.",
    )
    assert give(api, order, who="operator").json()["amount_cents"] == 300
    answer = api.ask("GET", f"/v1/orders/{order}", who="customer", headers={"Accept-Language": "pt-BR"}).json()
    assert [(row["kind"], row["amount_cents"], row["status"], row["reason"]) for row in answer["money"]] == [
        ("charge", 1000, "done", None),
        ("refund", -500, "pending", "Faltou no pedido: 1 × Pizza 0."),
        ("refund", -300, "pending", "O pedido chegou atrasado."),
    ]
    assert answer["status"] == "delivered"
    reused = give(api, order, key="k")
    assert (reused.status_code, reused.json()["type"]) == (422, "/problems/idempotency-key-reused")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"cause": "late", "amount_cents": 1001}, ["amount_cents"]),
        ({"cause": "late", "amount_cents": 0}, ["amount_cents"]),
        ({"cause": "late", "amount_cents": -5}, ["amount_cents"]),
        ({"cause": "late", "amount_cents": 10**12}, ["amount_cents"]),
        ({"cause": "late", "amount_cents": 1.5}, ["amount_cents"]),
        ({"cause": "late"}, ["amount_cents"]),
        ({"cause": "no reason", "amount_cents": 1}, ["cause"]),
        ({"cause": "items_missing"}, ["missing"]),
        ({"cause": "items_missing", "amount_cents": 1}, ["missing", "amount_cents"]),
        ({"cause": "items_missing", "missing": [{"product_id": ANY, "quantity": 1}]}, ["missing.0.quantity"]),
        ({"cause": "late", "missing": [{"product_id": ANY, "quantity": 1}]}, ["missing", "amount_cents"]),
        ({"cause": "items_missing", "missing": [{"product_id": ANY, "quantity": 0}]}, ["missing.0.quantity"]),
    ],
)
def test_each_field_that_is_wrong_is_named_and_nothing_is_given_back(
    api: Api, database_url: str, body: dict[str, Any], fields: list[str]
) -> None:
    order = delivered(api, database_url)
    assert wrong(give(api, order, **body)) == fields
    assert len(api.ask("GET", f"/v1/orders/{order}", who="customer").json()["money"]) == 1


def test_more_than_is_left_is_refused_however_it_is_asked_for(api: Api, database_url: str) -> None:
    order = delivered(api, database_url)
    assert give(api, order, cause="goodwill", amount_cents=800).status_code == 200
    refused = give(api, order, cause="goodwill", amount_cents=201)
    assert wrong(refused) == ["amount_cents"]
    assert "Only 200 cents" in refused.text
    units = [{"product_id": str(api.world.products[0]), "quantity": 1}]
    assert wrong(give(api, order, cause="items_missing", missing=units)) == ["missing"]
    assert give(api, order, cause="goodwill", amount_cents=200).status_code == 200


def test_only_who_sells_or_runs_it_gives_money_back(api: Api, database_url: str) -> None:
    order = delivered(api, database_url)
    for who, status in (("customer", 403), ("merchant2", 404)):
        assert give(api, order, who=who).status_code == status
    without = api.ask("POST", f"/v1/orders/{order}/refunds", who="merchant", json={"cause": "late", "amount_cents": 1})
    assert (without.status_code, without.json()["type"]) == (400, "/problems/idempotency-key-missing")


@pytest.mark.parametrize("status", ["confirmed", "cancelled"])
def test_an_order_that_is_not_accepted_is_refused_in_its_words(api: Api, database_url: str, status: str) -> None:
    answer = give(api, delivered(api, database_url, status))
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/move-refused")
    assert status in answer.json()["detail"]
