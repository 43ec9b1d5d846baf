"""Placing, reading, listing and moving orders over HTTP."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import psycopg
import pytest

from pedidos.domain.sampling import RANDOM, WATCHED
from tests.support.api import Api, Serve


def value(database_url: str, statement: LiteralString, *values: object) -> Any:
    """The only column of the only row."""
    with psycopg.connect(database_url) as connection:
        ((found,),) = connection.execute(statement, values).fetchall()
        return found


def set_status(database_url: str, order_id: str, status: str) -> None:
    """What the pipeline would have done, without its events' detail."""
    with psycopg.connect(database_url) as connection:
        connection.execute("update orders set status = %s, version = version + 1 where id = %s", [status, order_id])
        connection.execute(
            "insert into order_events (order_id, version, type, status, customer_id, merchant_id)"
            " select id, version, 'order.' || status, status, customer_id, merchant_id from orders where id = %s",
            [order_id],
        )


def test_an_order_is_accepted_with_the_prices_of_the_catalogue(api: Api) -> None:
    answer = api.place()
    assert answer.status_code == 202
    body = answer.json()
    assert body["status"] == "received"
    assert body["total_cents"] == 1000
    assert answer.headers["Location"] == body["links"]["self"] == f"/v1/orders/{body['id']}"
    assert "Idempotency-Replayed" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", True),
        ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", False),
        ("nonsense", False),
        (None, False),
    ],
)
def test_the_trace_goes_on_with_the_order(api: Api, database_url: str, given: str | None, kept: bool) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())} | ({"traceparent": given} if given else {})
    order = api.ask("POST", "/v1/orders", who="customer", json=api.order_body(), headers=headers).json()["id"]
    stored = value(database_url, "select traceparent from order_events where order_id = %s", order)
    assert stored == (given if kept else None)


@pytest.mark.parametrize(
    ("headers", "traced"),
    [
        ({"Pedidos-Trace-Key": "the platform's"}, True),
        ({"Pedidos-Trace-Key": "another"}, False),
        ({"Pedidos-Trace-Key": ""}, False),
        ({"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, False),
    ],
)
def test_only_the_key_has_an_order_traced(serve: Serve, headers: dict[str, str], traced: bool) -> None:
    api = serve(trace_key="the platform's", trace_ratio=0)
    headers = headers | {"Idempotency-Key": str(uuid.uuid4())}
    order = api.ask("POST", "/v1/orders", who="customer", json=api.order_body(), headers=headers).json()["id"]
    assert (uuid.UUID(order).int & RANDOM >= WATCHED) == traced
    assert uuid.UUID(order).version == 7


def test_without_a_key_no_order_is_traced_on_demand(api: Api) -> None:
    headers = {"Pedidos-Trace-Key": "", "Idempotency-Key": str(uuid.uuid4())}
    order = api.ask("POST", "/v1/orders", who="customer", json=api.order_body(), headers=headers).json()["id"]
    assert uuid.UUID(order).int & RANDOM < WATCHED


@pytest.mark.parametrize("form", ["{}", '"{}"'])
def test_a_repeated_request_gets_the_same_bytes(api: Api, form: str) -> None:
    key = str(uuid.uuid4())
    first = api.place(key=key)
    again = api.place(key=form.format(key))
    assert again.status_code == 202
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"


def test_fifty_parallel_requests_under_one_key_make_one_order(api: Api, database_url: str) -> None:
    key = str(uuid.uuid4())
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: api.place(key=key), range(50)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    accepted = [answer for answer in answers if answer.status_code == 202]
    assert accepted
    assert len({answer.content for answer in accepted}) == 1
    refused = [answer for answer in answers if answer.status_code == 409]
    assert all(answer.json()["type"] == "/problems/request-in-flight" for answer in refused)
    assert all(answer.headers["Retry-After"] == "1" for answer in refused)
    statement = "select count(*) from orders where id = %s"
    assert value(database_url, statement, accepted[0].json()["id"]) == 1
    assert value(database_url, "select count(*) from idempotency_keys where key = %s", key) == 1


def test_the_same_key_with_another_body_is_refused(api: Api) -> None:
    key = str(uuid.uuid4())
    api.place(key=key)
    answer = api.place(key=key, payment_token="tok_declined")
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/idempotency-key-reused"


def test_the_same_key_of_another_customer_is_another_key(api: Api) -> None:
    key = str(uuid.uuid4())
    mine, theirs = api.place(key=key), api.place("customer2", key=key)
    assert theirs.status_code == 202
    assert mine.json()["id"] != theirs.json()["id"]


@pytest.mark.parametrize("key", [None, "", '""', "with space", '"half', "é", "x" * 129])
def test_a_missing_or_malformed_key_is_refused(api: Api, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key.encode()}
    answer = api.ask("POST", "/v1/orders", who="customer", json=api.order_body(), headers=headers)
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/idempotency-key-missing"


def test_an_expected_total_that_differs_is_refused_and_nothing_is_ordered(api: Api, database_url: str) -> None:
    key = str(uuid.uuid4())
    answer = api.place(key=key, expected_total_cents=999)
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/out-of-date-total"
    assert answer.json()["actual_total_cents"] == 1000
    assert value(database_url, "select count(*) from idempotency_keys where key = %s", key) == 0
    assert api.place(key=key, expected_total_cents=1000).status_code == 202


def test_unknown_things_are_named(api: Api) -> None:
    nothing = str(uuid.uuid4())
    answer = api.place(merchant_id=nothing)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["merchant_id"]
    good = str(api.world.products[0])
    items = [{"product_id": good, "quantity": 1}, {"product_id": nothing, "quantity": 1}]
    answer = api.place(items=items)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["items.1.product_id"]


def test_a_price_from_the_client_is_not_taken(api: Api) -> None:
    items = [{"product_id": str(api.world.products[0]), "quantity": 1, "unit_price_cents": 1}]
    answer = api.place(items=items)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "items.0.unit_price_cents"


@pytest.mark.parametrize(("who", "status"), [("customer", 200), ("merchant", 200), ("operator", 200)])
def test_those_concerned_see_an_order(api: Api, who: str, status: int) -> None:
    address = api.place().headers["Location"]
    answer = api.ask("GET", address, who=who)
    assert answer.status_code == status
    order = answer.json()
    assert [line["unit_price_cents"] for line in order["items"]] == [500]
    assert [(entry["version"], entry["type"]) for entry in order["timeline"]] == [(1, "order.placed")]


def test_each_party_is_told_who_moved_an_order_in_its_own_words(api: Api) -> None:
    address = api.place().headers["Location"]
    by = f"merchant:{api.world.accounts['merchant']}"
    moved = api.ask("POST", f"{address}/cancel", who="merchant").json()
    assert moved["timeline"][-1]["detail"]["by"] == by
    told = {who: api.ask("GET", address, who=who) for who in ("customer", "merchant", "operator")}
    assert {who: answer.json()["timeline"][-1]["detail"]["by"] for who, answer in told.items()} == {
        "customer": "merchant",
        "merchant": by,
        "operator": by,
    }
    assert str(api.world.accounts["merchant"]) not in told["customer"].text


@pytest.mark.parametrize(
    ("who", "method", "action"),
    [
        ("customer2", "GET", ""),
        ("customer2", "POST", "/cancel"),
        ("merchant2", "GET", ""),
        ("merchant2", "POST", "/cancel"),
        ("merchant2", "POST", "/prepare"),
    ],
)
def test_others_are_told_that_there_is_nothing(api: Api, who: str, method: str, action: str) -> None:
    address = api.place().headers["Location"]
    answer = api.ask(method, address + action, who=who)
    missing = api.ask(method, f"/v1/orders/{uuid.uuid4()}{action}", who=who)
    assert answer.status_code == missing.status_code == 404
    assert answer.json()["type"] == missing.json()["type"]
    assert answer.json().get("detail") == missing.json().get("detail")


def test_the_entity_tag_changes_with_the_order(api: Api) -> None:
    address = api.place().headers["Location"]
    first = api.ask("GET", address, who="customer")
    tag = first.headers["ETag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        same = api.ask("GET", address, who="customer", headers={"If-None-Match": known})
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["ETag"] == tag
    moved = api.ask("POST", f"{address}/cancel", who="customer")
    assert moved.headers["ETag"] != tag
    after = api.ask("GET", address, who="customer", headers={"If-None-Match": tag})
    assert after.status_code == 200
    assert after.json()["status"] == "cancelled"


def test_cancelling_again_changes_nothing(api: Api) -> None:
    address = api.place().headers["Location"]
    first = api.ask("POST", f"{address}/cancel", who="customer")
    again = api.ask("POST", f"{address}/cancel", who="merchant")
    assert first.status_code == again.status_code == 200
    assert first.json()["version"] == again.json()["version"] == 2


def test_a_merchant_moves_an_order_on_to_its_end(api: Api, database_url: str) -> None:
    placed = api.place().json()
    address = placed["links"]["self"]
    refused = api.ask("POST", f"{address}/prepare", who="merchant")
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/move-refused"
    assert "received" in refused.json()["detail"]
    set_status(database_url, placed["id"], "confirmed")
    for action, status in (("prepare", "preparing"), ("dispatch", "on_its_way"), ("deliver", "delivered")):
        answer = api.ask("POST", f"{address}/{action}", who="merchant")
        assert (answer.status_code, answer.json()["status"]) == (200, status)
    late = api.ask("POST", f"{address}/cancel", who="customer")
    assert late.status_code == 409


def test_a_merchant_accepts_with_a_promised_time(api: Api, database_url: str) -> None:
    placed = api.place().json()
    address = placed["links"]["self"]
    set_status(database_url, placed["id"], "confirmed")
    for wrong in ({}, {"minutes": 0}, {"minutes": 1441}, {"minutes": "40"}, {"minutes": 40, "more": 1}):
        refused = api.ask("POST", f"{address}/accept", who="merchant", json=wrong)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/invalid-fields")
    answer = api.ask("POST", f"{address}/accept", who="merchant", json={"minutes": 30}).json()
    assert answer["status"] == "preparing"
    promised = datetime.fromisoformat(answer["promised_at"])
    assert timedelta(minutes=29) < promised - datetime.now(UTC) < timedelta(minutes=31)
    assert answer["expires_at"] is None
    again = api.ask("POST", f"{address}/accept", who="merchant", json={"minutes": 60}).json()
    assert again["promised_at"] == answer["promised_at"]
    seen = api.ask("GET", address, who="customer").json()
    assert (seen["promised_at"], seen["timeline"][-1]["detail"]["by"]) == (answer["promised_at"], "merchant")


def test_each_time_limit_is_told_and_no_other(api: Api, database_url: str) -> None:
    placed = api.place().json()
    address = placed["links"]["self"]
    assert api.ask("GET", address, who="customer").json()["expires_at"] is None
    for status, limit in (("confirmed", 300), ("reserved", 4 * 3600)):
        set_status(database_url, placed["id"], status)
        for who in ("customer", "merchant"):
            seen = api.ask("GET", address, who=who).json()
            at = datetime.fromisoformat(seen["expires_at"]) - datetime.fromisoformat(
                seen["timeline"][-1]["occurred_at"]
            )
            assert at == timedelta(seconds=limit)


def test_pages_of_orders_hold_each_order_once_newest_first(api: Api) -> None:
    placed = [api.place("customer2").json()["id"] for _ in range(7)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = api.ask("GET", f"/v1/orders?limit=3{cursor}", who="customer2").json()
        assert len(page["items"]) <= 3
        seen += [order["id"] for order in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen))
    assert [order for order in seen if order in placed] == placed[::-1]


def test_a_list_holds_what_one_may_see_and_asked_for(api: Api) -> None:
    mine = api.place().json()
    theirs = api.place("customer2").json()

    def listed(who: str, query: str = "") -> set[str]:
        answer = api.ask("GET", f"/v1/orders?limit=100{query}", who=who)
        assert answer.status_code == 200, answer.text
        return {order["id"] for order in answer.json()["items"]}

    assert mine["id"] in listed("customer")
    assert theirs["id"] not in listed("customer")
    assert {mine["id"], theirs["id"]} <= listed("merchant")
    assert {mine["id"], theirs["id"]} <= listed("operator")
    assert listed("merchant2") == set()
    assert mine["id"] not in listed("customer", "&status=delivered")
    assert mine["id"] in listed("customer", f"&created_from={mine['created_at']}")
    assert mine["id"] not in listed("customer", f"&created_to={mine['created_at']}")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "status=odd",
        "cursor=!",
        "created_from=2026-01-01T00:00:00",
        "odd=1",
        "limit=1&limit=2",
    ],
)
def test_a_query_that_makes_no_sense_is_refused(api: Api, query: str) -> None:
    answer = api.ask("GET", f"/v1/orders?{query}", who="customer")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].split(".")[0] == query.split("=", maxsplit=1)[0]
