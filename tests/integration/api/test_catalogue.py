"""The catalogue: read by everybody, edited by the merchant that it belongs to."""

import secrets
import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.support.api import Api


def test_merchants_and_products_are_read_page_by_page(api: Api) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = api.ask("GET", f"/v1/merchants/{api.world.merchant}/products?limit=2{cursor}").json()
        seen += [product["id"] for product in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen))
    assert {str(product) for product in api.world.products} <= set(seen)
    merchants = {merchant["id"] for merchant in api.ask("GET", "/v1/merchants?limit=100").json()["items"]}
    assert {str(api.world.merchant), str(api.world.other_merchant)} <= merchants
    one = api.ask("GET", f"/v1/merchants/{api.world.merchant}").json()
    assert one["time_zone"] == "America/Sao_Paulo"


@pytest.mark.parametrize("path", ["/v1/merchants/{}", "/v1/merchants/{}/products", "/v1/products/{}"])
def test_what_does_not_exist_is_not_found(api: Api, path: str) -> None:
    assert api.ask("GET", path.format(uuid.uuid4())).status_code == 404


def test_a_merchant_adds_and_changes_a_product(api: Api) -> None:
    path = f"/v1/merchants/{api.world.merchant}/products"
    added = api.ask("POST", path, who="merchant", json={"name": "Torta", "price_cents": 700, "on_hand": 3})
    assert added.status_code == 201
    address = added.headers["Location"]
    changed = api.ask("PATCH", address, who="merchant", json={"price_cents": 800, "active": False}).json()
    assert (changed["name"], changed["price_cents"], changed["active"]) == ("Torta", 800, False)
    assert api.ask("GET", address, who="merchant").json() == changed
    listed = {product["id"] for product in api.ask("GET", f"{path}?limit=100").json()["items"]}
    assert changed["id"] not in listed
    withdrawn = {
        product["id"] for product in api.ask("GET", f"{path}?limit=100&active=false", who="merchant").json()["items"]
    }
    assert changed["id"] in withdrawn


@pytest.mark.parametrize("who", [None, "customer", "merchant2", "merchant", "operator"])
def test_a_draft_is_seen_by_its_merchant_and_operators(api: Api, who: str | None) -> None:
    path = f"/v1/merchants/{api.world.merchant}/products"
    draft = {"name": "Pizza of next month", "price_cents": 4990, "on_hand": 12, "active": False}
    made = api.ask("POST", path, who="merchant", json=draft).json()
    listed = api.ask("GET", f"{path}?limit=100&active=false", who=who)
    read = api.ask("GET", f"/v1/products/{made['id']}", who=who)
    sees = who in ("merchant", "operator")
    assert (listed.status_code, made["id"] in {product["id"] for product in listed.json()["items"]}) == (200, sees)
    assert sees or listed.json() == {"items": [], "next_cursor": None}
    assert read.status_code == (200 if sees else 404)
    assert ("4990" in read.text) == sees


def test_a_merchant_that_takes_no_orders_shows_no_products(api: Api, database_url: str) -> None:
    product = api.world.other_product
    path = f"/v1/merchants/{api.world.other_merchant}/products"
    seen = api.ask("GET", path).json()["items"]
    activity = "update merchants set active = %s where id = %s"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(activity, [False, api.world.other_merchant])
        try:
            assert api.ask("GET", path).json()["items"] == []
            assert api.ask("GET", f"/v1/products/{product}").status_code == 404
            assert api.ask("GET", path, who="merchant2").json()["items"] == seen
            assert api.ask("GET", f"/v1/products/{product}", who="merchant2").status_code == 200
        finally:
            connection.execute(activity, [True, api.world.other_merchant])


def test_counting_stock_leaves_what_belongs_to_orders(api: Api, database_url: str) -> None:
    product = str(api.world.products[2])
    with psycopg.connect(database_url) as connection:
        connection.execute("update stock set reserved = 4, sold = 5 where product_id = %s", [product])
    counted = api.ask("PUT", f"/v1/products/{product}/stock", who="merchant", json={"on_hand": 77})
    assert counted.json()["on_hand"] == 77
    with psycopg.connect(database_url) as connection:
        statement = "select on_hand, reserved, sold from stock where product_id = %s"
        assert connection.execute(statement, [product]).fetchone() == (77, 4, 5)


def test_a_delivery_is_added_once_and_the_history_says_who_and_why(api: Api) -> None:
    path = f"/v1/merchants/{api.world.merchant}/products"
    product = api.ask("POST", path, who="merchant", json={"name": "Suco", "price_cents": 700, "on_hand": 3}).json()
    stock = f"/v1/products/{product['id']}/stock"
    body = {"units": 12, "reason": "Delivery of the week"}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    for _ in range(3):
        answer = api.ask("POST", f"{stock}/deliveries", who="merchant", json=body, headers=key)
        assert answer.json()["on_hand"] == 15
    assert api.ask("POST", f"{stock}/deliveries", who="merchant", json=body).status_code == 400
    api.ask("PUT", stock, who="merchant", json={"on_hand": 14, "reason": "One was broken"})
    page = api.ask("GET", f"{stock}/changes?limit=2", who="merchant").json()
    older = api.ask("GET", f"{stock}/changes?cursor={page['next_cursor']}", who="merchant").json()
    assert older["next_cursor"] is None
    found = [*page["items"], *older["items"]]
    assert [(each["kind"], each["former"], each["on_hand"], each["reason"]) for each in found] == [
        ("counted", 15, 14, "One was broken"),
        ("received", 3, 15, "Delivery of the week"),
        ("counted", 0, 3, ""),
    ]
    assert {each["account_id"] for each in found} == {str(api.world.accounts["merchant"])}


def test_more_units_than_can_be_counted_are_refused(api: Api, database_url: str) -> None:
    path = f"/v1/merchants/{api.world.merchant}/products"
    product = api.ask("POST", path, who="merchant", json={"name": "Sal", "price_cents": 700}).json()["id"]
    with psycopg.connect(database_url) as connection:
        connection.execute("update stock set on_hand = 999999999 where product_id = %s", [product])
    answer = api.ask(
        "POST",
        f"/v1/products/{product}/stock/deliveries",
        who="merchant",
        json={"units": 2},
        headers={"Idempotency-Key": "two"},
    )
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["units"]


def test_closures_are_added_replaced_ended_and_removed(api: Api) -> None:
    merchant = f"/v1/merchants/{api.world.other_merchant}"
    now = datetime.now(UTC)
    begins, ends = now + timedelta(days=10), now + timedelta(days=11)
    for reason in ("Easter", "Christmas"):
        body = {"begins": begins.isoformat(), "ends": ends.isoformat(), "reason": reason}
        answer = api.ask("POST", f"{merchant}/closures", who="merchant2", json=body).json()
    (holiday,) = answer["closures"]
    assert (datetime.fromisoformat(holiday["begins"]), holiday["reason"]) == (begins, "Christmas")
    for hours in (2, 1, 2):
        body = {"ends": (now + timedelta(hours=hours)).isoformat()}
        answer = api.ask("POST", f"{merchant}/closures", who="merchant2", json=body).json()
    assert len(answer["closures"]) == 2
    assert datetime.fromisoformat(answer["closures"][0]["ends"]) == now + timedelta(hours=2)
    assert api.ask("GET", merchant).json() == answer
    for _ in range(2):
        assert api.ask("POST", f"{merchant}/reopen", who="merchant2").json()["closures"] == [holiday]
    address = f"{merchant}/closures/{holiday['id']}"
    assert api.ask("DELETE", address, who="merchant2").json()["closures"] == []
    assert api.ask("DELETE", address, who="merchant2").status_code == 404


@pytest.mark.parametrize(("begins", "ends"), [(None, -1), (None, 24 * 800), (2, 2), (2, 1), (0, 24 * 367), (-9, -1)])
def test_a_closure_that_makes_no_sense_is_refused(api: Api, begins: int | None, ends: int) -> None:
    now = datetime.now(UTC)
    body = {"ends": (now + timedelta(hours=ends)).isoformat()}
    if begins is not None:
        body["begins"] = (now + timedelta(hours=begins)).isoformat()
    answer = api.ask("POST", f"/v1/merchants/{api.world.merchant}/closures", who="merchant", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["ends"]


def test_another_merchant_edits_nothing(api: Api) -> None:
    product = f"/v1/products/{api.world.products[0]}"
    merchant = f"/v1/merchants/{api.world.merchant}"
    before = api.ask("GET", product).json()
    attempts = [
        ("PATCH", product, {"price_cents": 1}),
        ("PUT", f"{product}/stock", {"on_hand": 0}),
        ("POST", f"{merchant}/products", {"name": "x", "price_cents": 1}),
        ("PUT", f"{merchant}/opening-hours", {"hours": []}),
        ("POST", f"{product}/stock/deliveries", {"units": 1}),
        ("GET", f"{product}/stock/changes", None),
        ("POST", f"{merchant}/closures", {"ends": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}),
        ("POST", f"{merchant}/reopen", None),
        ("DELETE", f"{merchant}/closures/{uuid.uuid4()}", None),
    ]
    key = {"Idempotency-Key": "another"}
    for method, path, body in attempts:
        assert api.ask(method, path, who="merchant2", json=body, headers=key).status_code == 404, path
    assert api.ask("GET", product).json() == before


def test_opening_hours_are_replaced(api: Api) -> None:
    path = f"/v1/merchants/{api.world.other_merchant}/opening-hours"
    hours = [
        {"weekday": 1, "opens": "08:00", "closes": "12:00"},
        {"weekday": 1, "opens": "13:30", "closes": "24:00"},
        {"weekday": 7, "opens": "00:00", "closes": "00:01"},
    ]
    assert api.ask("PUT", path, who="merchant2", json={"hours": hours}).json()["hours"] == hours
    assert api.ask("PUT", path, who="merchant2", json={"hours": hours[:1]}).json()["hours"] == hours[:1]
    assert api.ask("PUT", path, who="merchant2", json={"hours": []}).json()["hours"] == []


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ([(1, "08:00", "08:00")], "hours.0.closes"),
        ([(1, "09:00", "08:00")], "hours.0.closes"),
        ([(1, "08:00", "12:00"), (1, "11:59", "13:00")], "hours.1.opens"),
        ([(1, "08:00", "12:00"), (1, "08:00", "12:00")], "hours.1.opens"),
        ([(0, "08:00", "12:00")], "hours.0.weekday"),
        ([(8, "08:00", "12:00")], "hours.0.weekday"),
        ([(1, "24:00", "24:00")], "hours.0.opens"),
        ([(1, "8:00", "12:00")], "hours.0.opens"),
        ([(1, "08:60", "12:00")], "hours.0.opens"),
    ],
)
def test_opening_hours_that_make_no_sense_are_refused(api: Api, hours: list[tuple[int, str, str]], field: str) -> None:
    body = {"hours": [dict(zip(("weekday", "opens", "closes"), each, strict=True)) for each in hours]}
    answer = api.ask("PUT", f"/v1/merchants/{api.world.merchant}/opening-hours", who="merchant", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price_cents": 0}, "price_cents"),
        ({"price_cents": 1.5}, "price_cents"),
        ({"price_cents": 10**12}, "price_cents"),
        ({"name": ""}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"description": "\x00"}, "description"),
        ({"description": "x" * 2001}, "description"),
        ({"active": "yes"}, "active"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(api: Api, change: dict[str, object], field: str) -> None:
    answer = api.ask("PATCH", f"/v1/products/{api.world.products[0]}", who="merchant", json=change)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_merchants_and_products_are_found_by_name(api: Api) -> None:
    word = secrets.token_hex(5)
    path = f"/v1/merchants/{api.world.merchant}/products"
    for name in (f"Pão {word}", f"Água {word}", f"Suco de maçã {word}"):
        assert api.ask("POST", path, who="merchant", json={"name": name, "price_cents": 100}).status_code == 201
    names: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        page = api.ask("GET", "/v1/products", params={"q": word.upper(), "limit": 1, **cursor}).json()
        names += [each["name"].partition(" ")[0] for each in page["items"]]
        cursor = {"cursor": page["next_cursor"]}
    assert (names, page["next_cursor"]) == (["Pão", "Água", "Suco"], None)
    found = api.ask("GET", "/v1/products", params={"q": f"maca {word}"}).json()["items"]
    assert [each["merchant_id"] for each in found] == [str(api.world.merchant)]
    others = {"q": word, "merchant_id": str(api.world.other_merchant)}
    assert api.ask("GET", "/v1/products", params=others).json()["items"] == []
    shops = api.ask("GET", "/v1/merchants", params={"q": "ÁNA", "limit": 100}).json()["items"]
    assert str(api.world.merchant) in {each["id"] for each in shops}
    assert {each["name"] for each in shops} == {"Ana"}
    for query, field in (({}, "q"), ({"q": ""}, "q"), ({"q": "x" * 81}, "q"), ({"q": "a\x00"}, "q")):
        answer = api.ask("GET", "/v1/products", params=query)
        assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])


def test_a_merchant_says_whether_it_is_open_and_when_that_changes(api: Api) -> None:
    merchant = f"/v1/merchants/{api.world.other_merchant}"

    def asked(hours: list[tuple[int, str, str]]) -> tuple[bool, str | None]:
        body = {"hours": [{"weekday": day, "opens": opens, "closes": closes} for day, opens, closes in hours]}
        answer = api.ask("PUT", f"{merchant}/opening-hours", who="merchant2", json=body).json()
        assert api.ask("GET", merchant).json() == answer
        return answer["open_now"], answer["changes_at"]

    assert asked([(day, "00:00", "24:00") for day in range(1, 8)]) == (True, None)
    assert asked([]) == (False, None)
    in_two_days = datetime.now(ZoneInfo("America/Sao_Paulo")) + timedelta(days=2)
    is_open, changes_at = asked([(in_two_days.isoweekday(), "00:00", "24:00")])
    assert (is_open, changes_at is None) == (False, False)
    assert datetime.fromisoformat(str(changes_at)).date() in (
        in_two_days.date(),
        (in_two_days + timedelta(days=1)).date(),
    )


def test_a_product_has_a_category_that_can_be_changed_and_taken_away(api: Api) -> None:
    path = f"/v1/merchants/{api.world.merchant}/products"
    juice = {"name": "Suco", "price_cents": 900, "category": "Bebidas"}
    made = api.ask("POST", path, who="merchant", json=juice).json()
    assert made["category"] == "Bebidas"
    product = f"/v1/products/{made['id']}"
    for body, category in (({"price_cents": 950}, "Bebidas"), ({"category": "Sucos"}, "Sucos"), ({"category": ""}, "")):
        assert api.ask("PATCH", product, who="merchant", json=body).json()["category"] == category
    assert api.ask("GET", product).json()["category"] == ""
    for wrong in ("x" * 61, "a\nb", None, 1):
        answer = api.ask("POST", path, who="merchant", json=juice | {"category": wrong})
        assert [error["field"] for error in answer.json()["errors"]] == ["category"]
