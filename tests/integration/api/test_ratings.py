"""Ratings over HTTP: who gives one, who sees which part of it, and what is refused."""

import pytest

from tests.integration.api.test_orders import set_status
from tests.support.api import Api, make_world


@pytest.fixture
def shop(api: Api, database_url: str) -> Api:
    """The api, asked by accounts that no other test uses."""
    return api.for_others(make_world(database_url))


def test_a_delivered_order_is_rated_once(shop: Api, database_url: str) -> None:
    order = shop.place().json()["id"]
    path, said = f"/v1/orders/{order}/rating", {"stars": 5, "comment": "Still hot."}
    early = shop.ask("PUT", path, who="customer", json=said)
    assert (early.status_code, early.json()["detail"]) == (409, "An order can be rated once it was delivered.")
    set_status(database_url, order, "delivered")
    for _again in range(2):
        answer = shop.ask("PUT", path, who="customer", json=said)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["rating"]["stars"], answer.json()["rating"]["comment"]) == (5, "Still hot.")
    assert shop.ask("PUT", path, who="customer", json={"stars": 1}).status_code == 409
    assert shop.ask("PUT", path, who="customer2", json=said).status_code == 404
    assert shop.ask("GET", f"/v1/orders/{order}", who="merchant").json()["rating"]["comment"] == "Still hot."
    seen = shop.ask("GET", f"/v1/merchants/{shop.world.merchant}")
    assert seen.json()["rating"] == {"stars": 5.0, "ratings": 1}
    assert "Still hot." not in seen.text
    assert shop.ask("GET", f"/v1/merchants/{shop.world.other_merchant}").json()["rating"] is None
    (listed,) = shop.ask("GET", f"/v1/merchants/{shop.world.merchant}/ratings", who="merchant").json()["items"]
    assert (listed["order_id"], listed["stars"], listed["comment"]) == (order, 5, "Still hot.")
    assert shop.ask("GET", f"/v1/merchants/{shop.world.other_merchant}/ratings", who="merchant").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"stars": 0}, "stars"),
        ({"stars": 6}, "stars"),
        ({"stars": 4.5}, "stars"),
        ({"stars": "5"}, "stars"),
        ({"comment": "x"}, "stars"),
        ({"stars": 5, "comment": "x" * 501}, "comment"),
        ({"stars": 5, "comment": "x" * 10_000}, "comment"),
        ({"stars": 5, "comment": "two\nlines"}, "comment"),
        ({"stars": 5, "comment": "\u0000"}, "comment"),
    ],
)
def test_what_is_wrong_is_named(shop: Api, database_url: str, body: dict[str, object], field: str) -> None:
    order = shop.place().json()["id"]
    set_status(database_url, order, "delivered")
    answer = shop.ask("PUT", f"/v1/orders/{order}/rating", who="customer", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
