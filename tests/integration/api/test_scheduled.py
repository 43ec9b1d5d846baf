"""Orders for later over HTTP: placed for a time, shown with it, cancelled, and refused where it cannot be."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from pedidos.domain.scheduling import MOST_SCHEDULED
from tests.support.api import Api, make_world

AT = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)


@pytest.fixture
def shop(api: Api, engine: Engine, database_url: str) -> Api:
    """A shop that is always open, asked by accounts that no other test uses."""
    shop = api.for_others(make_world(database_url))
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into opening_hours (merchant_id, weekday, opens, closes)"
            " select %(merchant)s, day, 0, 1440 from generate_series(1, 7) as day",
            {"merchant": shop.world.merchant},
        )
    return shop


def test_an_order_for_tomorrow_is_shown_with_its_time_and_cancelled(shop: Api) -> None:
    answer = shop.place(key="tomorrow", scheduled_for=AT.isoformat())
    assert (answer.status_code, answer.json()["status"]) == (202, "scheduled")
    order = answer.json()["id"]
    again = shop.place(key="tomorrow", scheduled_for=AT.isoformat())
    assert (again.json()["id"], again.headers["Idempotency-Replayed"]) == (order, "true")
    assert shop.place(key="tomorrow").status_code == 422  # another request under the same key
    told = shop.ask("GET", f"/v1/orders/{order}", who="customer").json()
    assert (told["status"], datetime.fromisoformat(told["scheduled_for"]), told["expires_at"]) == (
        "scheduled",
        AT,
        None,
    )
    assert [entry["type"] for entry in told["timeline"]] == ["order.scheduled"]
    listed = shop.ask("GET", "/v1/orders?status=scheduled", who="merchant").json()["items"]
    assert [each["id"] for each in listed] == [order]
    assert shop.ask("POST", f"/v1/orders/{order}/cancel", who="customer").json()["status"] == "cancelled"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (AT - timedelta(days=2), "at least 45 minutes"),
        (datetime.now(UTC) + timedelta(minutes=44), "at least 45 minutes"),
        (AT + timedelta(days=7), "within 7 days"),
        (AT.replace(tzinfo=None), "time"),
        ("tomorrow at 12", "time"),
        (1_900_000_000, "text"),
    ],
)
def test_a_time_that_cannot_be_is_named(shop: Api, at: object, words: str) -> None:
    answer = shop.place(scheduled_for=at.isoformat() if isinstance(at, datetime) else at)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "scheduled_for"
    assert words in error["message"]


def test_a_closed_shop_takes_none(shop: Api, database_url: str) -> None:
    closed = shop.for_others(make_world(database_url))  # it has no hours
    answer = closed.place(scheduled_for=AT.isoformat())
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "scheduled_for"
    assert error["message"].startswith("The merchant is closed then")
    headers = {"Idempotency-Key": "em-portugues", "Accept-Language": "pt-BR"}
    body = closed.order_body(scheduled_for=AT.isoformat())
    told = closed.ask("POST", "/v1/orders", who="customer", json=body, headers=headers)
    assert told.json()["errors"][0]["message"].startswith("A loja está fechada nesse horário")


def test_a_customer_has_a_few_and_a_repetition_is_none_of_them(shop: Api) -> None:
    keys = [f"planned-{n}" for n in range(MOST_SCHEDULED)]
    orders = [shop.place(who="customer2", key=key, scheduled_for=AT.isoformat()).json()["id"] for key in keys]
    answer = shop.place(who="customer2", scheduled_for=AT.isoformat())
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["message"][:14]) == ("scheduled_for", "10 of your ord")
    again = shop.place(who="customer2", key=keys[0], scheduled_for=AT.isoformat())
    assert (again.json()["id"], again.headers["Idempotency-Replayed"]) == (orders[0], "true")
    assert shop.place(who="customer2").status_code == 202  # as soon as possible
    assert shop.ask("POST", f"/v1/orders/{orders[0]}/cancel", who="customer2").status_code == 200
    assert shop.place(who="customer2", scheduled_for=AT.isoformat()).status_code == 202


def test_a_repetition_gets_its_order_when_the_time_can_no_longer_be(shop: Api, engine: Engine) -> None:
    placed = shop.place(key="in-time", scheduled_for=AT.isoformat()).json()["id"]
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "delete from opening_hours where merchant_id = %(merchant)s", {"merchant": shop.world.merchant}
        )
    assert shop.place(key="too-late", scheduled_for=AT.isoformat()).status_code == 422
    again = shop.place(key="in-time", scheduled_for=AT.isoformat())
    assert (again.status_code, again.json()["id"], again.headers["Idempotency-Replayed"]) == (202, placed, "true")
    other = shop.place(key="in-time", scheduled_for=(AT + timedelta(hours=1)).isoformat())
    assert (other.status_code, other.json()["type"].rsplit("/", 1)[1]) == (422, "idempotency-key-reused")
