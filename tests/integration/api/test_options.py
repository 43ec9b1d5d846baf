"""Options of products over HTTP: merchants edit them, orders have them, and what is sold out today."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.api import Api

GROUPS = [
    {
        "name": "Tamanho",
        "least": 1,
        "most": 1,
        "choices": [{"name": "Pequena"}, {"name": "Grande", "price_cents": 900}],
    },
    {
        "name": "Recheio",
        "most": 2,
        "choices": [
            {"name": "Catupiry", "price_cents": 350},
            {"name": "Trufa", "price_cents": 5000, "available": False},
        ],
    },
]


@pytest.fixture
def product(api: Api) -> str:
    """A product of 500 cents with the groups."""
    path = f"/v1/merchants/{api.world.merchant}/products"
    made: str = api.ask("POST", path, who="merchant", json={"name": "Massa", "price_cents": 500, "on_hand": 9}).json()[
        "id"
    ]
    put(api, made, GROUPS)
    return made


def put(api: Api, product: str, groups: object, who: str = "merchant") -> Any:
    return api.ask("PUT", f"/v1/products/{product}/options", who=who, json={"groups": groups})


def ids_of(api: Api, product: str) -> dict[str, str]:
    groups = api.ask("GET", f"/v1/products/{product}").json()["groups"]
    return {choice["name"]: choice["id"] for group in groups for choice in group["choices"]}


def item(product: str, *choices: str, quantity: int = 1) -> dict[str, Any]:
    return {"product_id": product, "quantity": quantity, "choices": list(choices)}


def test_a_merchant_replaces_them_and_everybody_reads_them(api: Api, product: str) -> None:
    read = api.ask("GET", f"/v1/products/{product}").json()
    assert [(group["name"], group["least"], group["most"]) for group in read["groups"]] == [
        ("Tamanho", 1, 1),
        ("Recheio", 0, 2),
    ]
    assert [(each["name"], each["price_cents"], each["available"]) for each in read["groups"][1]["choices"]] == [
        ("Catupiry", 350, True),
        ("Trufa", 5000, False),
    ]
    listed = api.ask("GET", f"/v1/merchants/{api.world.merchant}/products").json()["items"]
    assert read in listed
    again = put(api, product, GROUPS).json()
    assert again["groups"] == read["groups"]
    assert put(api, product, GROUPS[1:]).json()["groups"] == read["groups"][1:]
    assert put(api, product, []).json()["groups"] == []
    assert put(api, product, [], "merchant2").status_code == 404
    assert put(api, product, [], "customer").status_code == 403


@pytest.mark.parametrize(
    ("groups", "fields"),
    [
        ([{"name": "A", "choices": []}], ["groups.0.choices"]),
        ([{"name": "A", "least": 2, "most": 1, "choices": [{"name": "x"}]}], ["groups.0.least"]),
        ([{"name": "A", "least": 2, "most": 2, "choices": [{"name": "x"}]}], ["groups.0.least"]),
        ([{"name": "A", "most": 0, "choices": [{"name": "x"}]}], ["groups.0.most"]),
        ([{"name": "A", "most": 21, "choices": [{"name": "x"}]}], ["groups.0.most"]),
        ([{"name": "A", "choices": [{"name": "x"}, {"name": "x"}]}], ["groups.0.choices.1.name"]),
        ([{"name": "A", "choices": [{"name": "x", "price_cents": -1}]}], ["groups.0.choices.0.price_cents"]),
        ([{"name": "A", "choices": [{"name": "x", "price_cents": 0.5}]}], ["groups.0.choices.0.price_cents"]),
        ([{"name": "A", "choices": [{"name": "x\x00"}]}], ["groups.0.choices.0.name"]),
        ([{"name": "A", "choices": [{"name": "x"}]}] * 2, ["groups.1.name"]),
        ([{"name": str(n), "choices": [{"name": "x"}]} for n in range(11)], ["groups"]),
    ],
)
def test_groups_that_make_no_sense_are_refused(api: Api, groups: list[Any], fields: list[str]) -> None:
    answer = put(api, str(api.world.products[0]), groups)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == fields


def test_an_order_has_them_and_is_quoted_with_them(api: Api, product: str) -> None:
    ids = ids_of(api, product)
    plain = str(api.world.products[0])
    items = [item(product, ids["Catupiry"], ids["Grande"], quantity=2), item(plain), item(product, ids["Pequena"])]
    asked = {"merchant_id": str(api.world.merchant), "items": items}
    quoted = api.ask("POST", "/v1/quotes", who="customer", json=asked).json()
    assert quoted["total_cents"] == 2 * (500 + 900 + 350) + 500 + 500
    assert [(each["unit_price_cents"], each["amount_cents"]) for each in quoted["items"]] == [
        (1750, 3500),
        (500, 500),
        (500, 500),
    ]
    answer = api.place(items=items, expected_total_cents=quoted["total_cents"], tip_cents=10)
    assert answer.status_code == 409
    assert answer.json()["actual_total_cents"] == quoted["total_cents"] + 10
    key = str(uuid.uuid4())
    placed = api.place(items=items, expected_total_cents=quoted["total_cents"], key=key)
    assert placed.status_code == 202
    assert (
        api.place(items=items, expected_total_cents=quoted["total_cents"], key=key).json()["id"] == placed.json()["id"]
    )
    put(api, product, [])
    for who in ("customer", "merchant"):
        order = api.ask("GET", f"/v1/orders/{placed.json()['id']}", who=who).json()
        assert order["items"][0]["choices"] == [
            {"id": ids["Grande"], "group": "Tamanho", "name": "Grande", "price_cents": 900},
            {"id": ids["Catupiry"], "group": "Recheio", "name": "Catupiry", "price_cents": 350},
        ]
        assert order["items"][0]["choices"] == quoted["items"][0]["choices"]
        assert [each["unit_price_cents"] for each in order["items"]] == [1750, 500, 500]
        assert order["items"][1]["choices"] == []
    other = api.place(items=[items[1], item(plain)], key=key)
    assert other.status_code == 422


def test_choices_that_cannot_be_made_are_named_by_their_field(api: Api, product: str) -> None:
    ids = ids_of(api, product)
    strange = str(uuid.uuid4())
    size = "At least 1 must be chosen of Tamanho."
    cases: list[tuple[list[dict[str, Any]], list[tuple[str, str]]]] = [
        ([{"product_id": product, "quantity": 1}], [("items.0.choices", size)]),
        ([item(product, ids["Catupiry"])], [("items.0.choices", size)]),
        ([item(product, ids["Pequena"], strange)], [("items.0.choices.1", "The product has no such choice.")]),
        (
            [item(product, ids["Pequena"]), item(str(api.world.products[0]), ids["Catupiry"])],
            [("items.1.choices.0", "The product has no such choice.")],
        ),
        ([item(product, ids["Trufa"], ids["Pequena"])], [("items.0.choices.0", "Trufa is not available.")]),
        (
            [item(product, ids["Pequena"], ids["Grande"])],
            [("items.0.choices.1", "At most 1 can be chosen of Tamanho.")],
        ),
        ([item(product, ids["Pequena"], ids["Pequena"])], [("items.0.choices.1", "Each choice can be made once.")]),
    ]
    for items, told in cases:
        placed = api.place(items=items)
        quoted = api.ask(
            "POST", "/v1/quotes", who="customer", json={"merchant_id": str(api.world.merchant), "items": items}
        )
        for answer in (placed, quoted):
            assert answer.status_code == 422, answer.text
            assert answer.json()["type"] == "/problems/invalid-fields"
            assert [(error["field"], error["message"]) for error in answer.json()["errors"]] == told
    many = api.place(items=[item(product, *(str(uuid.uuid4()) for _ in range(21)))])
    assert [error["field"] for error in many.json()["errors"]] == ["items.0.choices"]


def test_sold_out_today_lasts_until_the_end_of_the_shops_day(api: Api, product: str) -> None:
    ids = ids_of(api, product)
    paths = [f"/v1/products/{product}/sold-out-today", f"/v1/products/{product}/choices/{ids['Grande']}/sold-out-today"]
    tomorrow = datetime.now(ZoneInfo("America/Sao_Paulo")).date() + timedelta(days=1)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=ZoneInfo("America/Sao_Paulo"))
    for _ in range(2):
        for path in paths:
            marked = api.ask("PUT", path, who="merchant").json()
    until = datetime.fromisoformat(marked["sold_out_until"])
    assert until in (midnight, midnight + timedelta(days=1))  # the test may run across midnight
    assert until > datetime.now(UTC)
    choices = {each["name"]: each["sold_out_until"] for each in marked["groups"][0]["choices"]}
    assert choices == {"Pequena": None, "Grande": marked["sold_out_until"]}
    for path in paths:
        assert api.ask("PUT", path, who="merchant2").status_code == 404
        assert api.ask("DELETE", path, who="customer").status_code == 403
        back = api.ask("DELETE", path, who="merchant").json()
    assert (back["sold_out_until"], [each["sold_out_until"] for each in back["groups"][0]["choices"]]) == (
        None,
        [None, None],
    )
    unknown = f"/v1/products/{product}/choices/{uuid.uuid4()}/sold-out-today"
    assert api.ask("PUT", unknown, who="merchant").status_code == 404
