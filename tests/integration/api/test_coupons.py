"""A merchant's coupons over HTTP, and orders that use them."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from sqlalchemy import Engine

from tests.support.api import Api


@pytest.fixture(autouse=True)
def none_left(engine: Engine) -> Iterator[None]:
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from coupons")


def code() -> str:
    return secrets.token_hex(6).upper()


def add(api: Api, who: str = "merchant", **body: Any) -> requests.Response:
    given = {"code": code(), "percent": 10} | body
    return api.ask("POST", f"/v1/merchants/{api.world.merchant}/coupons", who=who, json=given)


def place(api: Api, coupon: object, **more: Any) -> requests.Response:
    return api.place(coupon=coupon, **more)


def wrong(answer: requests.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json()["errors"]]


def test_a_coupon_is_made_once_shown_used_and_ended(api: Api) -> None:
    body: dict[str, Any] = {"code": code().lower(), "most": 5, "most_per_person": 2, "ends": "2200-01-01T00:00:00Z"}
    first, again = add(api, **body), add(api, **body)
    assert first.status_code == again.status_code == 200, first.text
    assert first.json() == again.json()
    coupon = first.json()
    assert (coupon["code"], coupon["used"], coupon["active"]) == (body["code"].upper(), 0, True)
    assert add(api, **body | {"most": 6}).status_code == 409
    listed = api.ask("GET", f"/v1/merchants/{api.world.merchant}/coupons", who="merchant").json()["items"]
    assert [each["id"] for each in listed] == [coupon["id"]]
    placed = place(api, body["code"])
    assert placed.json()["total_cents"] == 900
    order = api.ask("GET", placed.json()["links"]["self"], who="customer").json()
    assert order["lines"] == [{"kind": "discount", "amount_cents": -100, "label": coupon["code"]}]
    address = f"/v1/merchants/{api.world.merchant}/coupons/{coupon['id']}"
    for _ in range(2):
        assert api.ask("DELETE", address, who="merchant").status_code == 204
    answer = place(api, body["code"])
    assert wrong(answer) == ["coupon"]
    assert "not valid now" in answer.text
    assert add(api, **body).status_code == 409


def test_a_quote_has_the_discount_and_names_the_coupon_that_does_not_apply(api: Api) -> None:
    coupon = add(api, percent=None, amount_cents=250, minimum_cents=1000).json()["code"]
    body = {"merchant_id": str(api.world.merchant), "items": api.order_body()["items"], "coupon": coupon}
    quoted = api.ask("POST", "/v1/quotes", who="customer", json=body)
    assert quoted.json()["total_cents"] == 750
    body["items"] = [{**body["items"][0], "quantity": 1}]
    assert wrong(api.ask("POST", "/v1/quotes", who="customer", json=body)) == ["coupon"]
    assert wrong(place(api, "NO-SUCH-CODE")) == ["coupon"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"code": "AB"}, "code"),
        ({"code": "x" * 33}, "code"),
        ({"code": "ÇOUPON"}, "code"),
        ({"percent": 0}, "percent"),
        ({"percent": 101}, "percent"),
        ({"percent": None}, "percent"),
        ({"amount_cents": 100}, "percent"),
        ({"percent": None, "amount_cents": 0}, "amount_cents"),
        ({"most": 0}, "most"),
        ({"most": 10**10}, "most"),
        ({"most_per_person": 0}, "most_per_person"),
        ({"minimum_cents": -1}, "minimum_cents"),
        ({"begins": "2030-01-02T00:00:00Z", "ends": "2030-01-01T00:00:00Z"}, "ends"),
        ({"ends": "tomorrow"}, "ends"),
    ],
)
def test_each_field_that_is_wrong_is_named(api: Api, body: dict[str, Any], field: str) -> None:
    assert wrong(add(api, **body)) == [field]


@pytest.mark.parametrize("coupon", ["", "A B C", "x" * 10_000, 7, "\x00\x00\x00"])
def test_a_text_that_is_no_code_is_refused(api: Api, coupon: object) -> None:
    assert wrong(place(api, coupon)) == ["coupon"]


def test_coupons_are_their_merchants_own(api: Api) -> None:
    coupon = add(api).json()
    for who, status in (("merchant2", 404), ("customer", 403), ("operator", 403)):
        assert add(api, who).status_code == status
        address = f"/v1/merchants/{api.world.merchant}/coupons"
        assert api.ask("GET", address, who=who).status_code == status
        assert api.ask("DELETE", f"{address}/{coupon['id']}", who=who).status_code == status
    # Not through the address of their own merchant either.
    other = f"/v1/merchants/{api.world.other_merchant}/coupons/{coupon['id']}"
    assert api.ask("DELETE", other, who="merchant2").status_code == 404
