"""Whatever is wrong with a request, the answer is a problem document that says so, and never a fault."""

import http.client
import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.support.api import Api
from tests.support.waiting import until

JSON = {"Content-Type": "application/json"}


def post(api: Api, data: bytes | Iterator[bytes], **headers: str) -> requests.Response:
    given = JSON | {"Idempotency-Key": str(uuid.uuid4())} | headers
    return api.ask("POST", "/v1/orders", who="customer", data=data, headers=given)


def assert_problem(answer: requests.Response, status: int, slug: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"/problems/{slug}"
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert "Traceback" not in answer.text
    return problem


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"nul",
        b"\xff\xfe",
        b"{} {}",
        b'{"merchant_id": "\\ud800"}',
        b"[" * 20_000,
        b'{"a":' * 5_000,
        b'\xef\xbb\xbf{"a": 1}',
    ],
    ids=["nothing", "cut", "word", "not UTF-8", "two", "surrogate", "deep lists", "deep objects", "mark"],
)
def test_what_is_not_json_is_malformed(api: Api, data: bytes) -> None:
    assert_problem(post(api, data), 400, "malformed-json")


def test_a_byte_order_mark_is_named(api: Api) -> None:
    data = json.dumps(api.order_body()).encode("utf-8-sig")
    assert "byte order mark" in assert_problem(post(api, data), 400, "malformed-json")["detail"]


@pytest.mark.parametrize("data", [b"[]", b"null", b"1", b'"text"', b"1e400", b"NaN", b"9" * 5000, b"{}"])
def test_json_of_another_shape_is_invalid(api: Api, data: bytes) -> None:
    answer = post(api, data)
    assert answer.status_code in {400, 422}
    assert answer.json()["type"] in {"/problems/invalid-fields", "/problems/malformed-json"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": []}, "items"),
        ({"items": None}, "items"),
        ({"merchant_id": "x"}, "merchant_id"),
        ({"merchant_id": 5}, "merchant_id"),
        ({"payment_token": ""}, "payment_token"),
        ({"payment_token": "tok\x00"}, "payment_token"),
        ({"payment_token": "tok ok"}, "payment_token"),
        ({"payment_token": "t" * 65}, "payment_token"),
        ({"expected_total_cents": 0}, "expected_total_cents"),
        ({"expected_total_cents": 10**30}, "expected_total_cents"),
        ({"expected_total_cents": "1000"}, "expected_total_cents"),
        ({"total_cents": 1}, "total_cents"),
    ],
)
def test_each_invalid_field_is_named(api: Api, change: dict[str, Any], field: str) -> None:
    problem = assert_problem(api.place(**change), 422, "invalid-fields")
    assert field in {error["field"] for error in problem["errors"]}
    assert all(error["message"] for error in problem["errors"])


@pytest.mark.parametrize("quantity", [0, -1, 100, 1.5, "2", True, None, 10**20, 1e300])
def test_quantities_are_whole_and_within_bounds(api: Api, quantity: object) -> None:
    items = [{"product_id": str(api.world.products[0]), "quantity": quantity}]
    problem = assert_problem(api.place(items=items), 422, "invalid-fields")
    assert problem["errors"][0]["field"] == "items.0.quantity"


def test_too_many_lines_are_refused(api: Api) -> None:
    line = {"product_id": str(api.world.products[0]), "quantity": 1}
    assert_problem(api.place(items=[line] * 51), 422, "invalid-fields")
    assert api.place(items=[line] * 50).status_code == 202


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
def test_another_media_type_is_not_taken(api: Api, kind: str) -> None:
    data = json.dumps(api.order_body()).encode()
    assert_problem(post(api, data, **{"Content-Type": kind}), 415, "unsupported-media-type")


def test_a_character_set_may_be_named(api: Api) -> None:
    data = json.dumps(api.order_body()).encode()
    assert post(api, data, **{"Content-Type": "application/json; charset=utf-8"}).status_code == 202


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_the_limit_is_read_and_one_beyond_is_not(api: Api, chunked: bool) -> None:
    data = json.dumps(api.order_body()).encode().ljust(65_536)

    def send(body: bytes) -> requests.Response:
        return post(api, iter([body[:1000], body[1000:]]) if chunked else body)

    assert send(data).status_code == 202
    assert_problem(send(data + b" "), 413, "body-too-large")


def test_a_large_body_in_chunks_is_refused(api: Api) -> None:
    chunks = (b"x" * 1000 for _ in range(100))
    given = JSON | {"Idempotency-Key": "k" * 10}
    answer = api.ask("POST", "/v1/orders", who="customer", data=chunks, headers=given)
    assert_problem(answer, 413, "body-too-large")


def test_a_body_in_chunks_is_read(api: Api) -> None:
    data = json.dumps(api.order_body()).encode()
    given = JSON | {"Idempotency-Key": str(uuid.uuid4())}
    answer = api.ask("POST", "/v1/orders", who="customer", data=iter([data[:20], data[20:]]), headers=given)
    assert answer.status_code == 202


@pytest.mark.parametrize(
    "path", ["/", "/v2/orders", "/v1/orders/", "/v1/orders/1", "/v1/products/x", "/%00", "/v1/%F0"]
)
def test_an_unknown_address_is_not_found(api: Api, path: str) -> None:
    assert_problem(api.ask("GET", path, who="customer"), 404, "not-found")


def test_another_method_is_refused_with_those_that_are_taken(api: Api) -> None:
    answer = api.ask("DELETE", "/v1/orders", who="customer")
    assert_problem(answer, 405, "method-not-allowed")
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "POST"}


def test_a_request_id_is_kept_if_it_is_well_formed(api: Api) -> None:
    kept = api.ask("GET", "/v1/me", headers={"X-Request-Id": "abc-12345678"})
    assert kept.headers["X-Request-Id"] == "abc-12345678"
    for bad in ("short", "x" * 200, "with space in it", "semi;colon;semi"):
        made = api.ask("GET", "/v1/me", headers={"X-Request-Id": bad})
        assert re.fullmatch(r"[0-9a-f]{32}", made.headers["X-Request-Id"])


@pytest.mark.parametrize("path", ["/v1/me", "/v1/merchants", "/livez", "/nothing"])
def test_every_answer_is_careful(api: Api, path: str) -> None:
    headers = api.ask("GET", path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Request-Id"]


def test_the_log_has_a_line_for_each_request_and_no_secret(api: Api) -> None:
    mark = uuid.uuid4().hex
    secret = f"wrong-{mark}"
    credentials = {"email": api.world.emails["customer"], "password": secret}
    api.ask("POST", "/v1/auth/token", json=credentials, headers={"X-Request-Id": mark})
    token = api.token("customer")
    api.ask("GET", "/v1/me", token=token, headers={"X-Request-Id": f"{mark}-2"})
    until(lambda: f"{mark}-2" in api.child.said(), "the line in the log")  # the answer comes first
    lines = [json.loads(line) for line in api.child.said().splitlines() if line.startswith("{")]
    mine = {line["request_id"]: line for line in lines if line.get("request_id", "").startswith(mark)}
    assert mine[mark]["route"] == "/v1/auth/token"
    assert mine[mark]["status"] == 401
    assert mine[f"{mark}-2"]["account_id"] == str(api.world.accounts["customer"])
    assert mine[f"{mark}-2"]["ms"] >= 0
    text = api.child.said()
    assert secret not in text
    assert token not in text


def test_every_problem_type_has_its_page(api: Api) -> None:
    described = api.ask("GET", "/problems").json()
    assert len(described) >= 15
    for each in described:
        alone = api.ask("GET", each["type"])
        assert alone.json() == each
        page = api.ask("GET", each["type"], headers={"Accept": "text/html"})
        assert each["title"] in page.text


def test_a_broken_request_breaks_nothing(api: Api) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(api.url.rsplit(":", 1)[1]), timeout=5)
    connection.putrequest("POST", "/v1/auth/token")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", "100")
    connection.endheaders(b'{"email"')
    connection.close()
    assert api.ask("GET", "/livez").status_code == 200
