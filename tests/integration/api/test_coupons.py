"""A merchant's coupons over HTTP, and orders that use them."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from sqlalchemy import Engine

from tests.support.api import PASSWORD, Api, make_world


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


def test_a_coupon_for_vips_is_theirs_alone(api: Api, database_url: str) -> None:
    shop = api.for_others(make_world(database_url))
    coupon = add(shop, percent=20, vips_only=True).json()
    assert coupon["vips_only"] is True
    quote = {"merchant_id": str(shop.world.merchant), "items": shop.order_body()["items"], "coupon": coupon["code"]}
    for refused in (place(shop, coupon["code"]), shop.ask("POST", "/v1/quotes", who="customer", json=quote)):
        assert wrong(refused) == ["coupon"]
        assert "no such coupon" in refused.text
    order, own = shop.place().json()["id"], f"/v1/merchants/{shop.world.merchant}/vips"
    assert shop.ask("PUT", f"/v1/orders/{order}/vip", who="merchant2").status_code == 404
    assert shop.ask("GET", own, who="merchant2").status_code == 404
    assert shop.ask("GET", "/v1/me/vip", who="customer").json()["items"] == []
    first, again = (shop.ask("PUT", f"/v1/orders/{order}/vip", who="merchant") for _ in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    assert first.json()["customer_id"] == str(shop.world.accounts["customer"])
    assert shop.ask("GET", own, who="merchant").json()["items"] == [first.json()]
    (member,) = shop.ask("GET", "/v1/me/vip", who="customer").json()["items"]
    assert (member["merchant_id"], member["coupon"]) == (str(shop.world.merchant), coupon["code"])
    assert shop.ask("POST", "/v1/quotes", who="customer", json=quote).json()["total_cents"] == 800
    assert place(shop, coupon["code"], expected_total_cents=1000).status_code == 409
    placed = place(shop, coupon["code"], expected_total_cents=800)
    assert placed.json()["total_cents"] == 800
    assert wrong(place(shop, coupon["code"], who="customer2")) == ["coupon"]
    for _ in range(2):
        address = f"{own}/{shop.world.accounts['customer']}"
        assert shop.ask("DELETE", address, who="merchant").status_code == 204
    assert wrong(place(shop, coupon["code"])) == ["coupon"]
    kept = shop.ask("GET", placed.json()["links"]["self"], who="customer").json()
    assert kept["lines"] == [{"kind": "discount", "amount_cents": -200, "label": coupon["code"]}]


def test_an_erasure_ends_that_somebody_is_a_vip(api: Api, database_url: str, engine: Engine) -> None:
    shop = api.for_others(make_world(database_url))
    order = shop.place().json()["id"]
    assert shop.ask("PUT", f"/v1/orders/{order}/vip", who="merchant").status_code == 200
    exported = shop.ask("GET", "/v1/me/export", who="customer").json()["vip_of"]
    assert [each["merchant_id"] for each in exported] == [str(shop.world.merchant)]
    with engine.begin() as connection:
        connection.exec_driver_sql("update orders set status = 'delivered' where id = %(id)s", {"id": order})
    assert shop.ask("POST", "/v1/me/erasure", who="customer", json={"password": PASSWORD}).status_code == 204
    assert shop.ask("GET", f"/v1/merchants/{shop.world.merchant}/vips", who="merchant").json()["items"] == []
    assert shop.ask("PUT", f"/v1/orders/{order}/vip", who="merchant").status_code == 404
