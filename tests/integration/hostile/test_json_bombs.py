"""Bodies below the limit that are made to be dear: refused quickly, with an answer of a bounded size."""

import gzip
import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.support.api import Api
from tests.support.processes import ADMIN_KEY, PLATFORM_KEY, GatewayProcess, bearer

LIMIT = 64 * 1024
LARGEST_ANSWER = 24 * 1024

BOMBS = {
    "many names": json.dumps({f"k{n:x}": 0 for n in range(4500)}),
    "one name again and again": "{" + ",".join(['"a":0'] * 9000) + "}",
    "many items": '{"items":[' + ",".join(["{}"] * 20_000) + "]}",
    "many bad items": '{"items":[' + ",".join(['{"a":0,"b":0,"c":0,"d":0}'] * 50) + "]}",
    "deep": '{"items":' * 6000,
    "deep and whole": '{"items":' + "[" * 30_000 + "]" * 30_000 + "}",
    "endless number": '{"expected_total_cents":' + "9" * 60_000 + "}",
    "endless fraction": '{"expected_total_cents":0.' + "1" * 60_000 + "}",
    "huge exponent": '{"expected_total_cents":1e' + "9" * 60_000 + "}",
    "tiny exponent": '{"expected_total_cents":1e-999999999}',
    "long text": '{"payment_token":"' + "x" * 65_000 + '"}',
    "long name": '{"' + "x" * 65_000 + '":0}',
    "escapes": '{"payment_token":"' + "\\u0041" * 10_900 + '"}',
    "text for a pattern": '{"merchant_id":"' + "a." * 32_000 + '"}',
}


def post(api: Api, path: str, data: bytes, **headers: str) -> requests.Response:
    given = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex} | headers
    return api.ask("POST", path, who="customer", data=data, headers=given)


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_with_a_small_answer(api: Api, bomb: str) -> None:
    assert len(bomb) <= LIMIT
    for path in ("/v1/orders", "/v1/auth/token", "/v1/accounts"):
        answer = post(api, path, bomb.encode())
        assert answer.status_code in {400, 422}
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert len(answer.content) <= LARGEST_ANSWER


def test_more_errors_than_are_listed_are_one(api: Api) -> None:
    for path in ("/v1/orders", "/v1/auth/logout"):
        errors = post(api, path, BOMBS["many names"].encode()).json()["errors"]
        assert errors == [{"field": "request", "message": errors[0]["message"]}]
    few = json.dumps({f"k{n}": 0 for n in range(50)})
    assert len(post(api, "/v1/auth/logout", few.encode()).json()["errors"]) == 51


def test_a_pattern_is_not_made_to_search_for_long(api: Api) -> None:
    for email in ("a" * 250 + "@", "a@" + "a." * 120, "a@" + "-" * 250, "." * 250):
        answer = post(api, "/v1/auth/token", json.dumps({"email": email, "password": "x"}).encode())
        assert answer.status_code in {401, 422}


def test_what_is_packed_is_not_unpacked(api: Api) -> None:
    packed = gzip.compress(b" " * 50_000_000)
    assert len(packed) < LIMIT
    answer = post(api, "/v1/orders", packed, **{"Content-Encoding": "gzip"})
    assert answer.status_code in {400, 415}


def test_many_bombs_at_once_leave_the_api_serving(api: Api) -> None:
    api.token("customer")  # once, not in each thread
    with ThreadPoolExecutor(16) as pool:
        statuses = set(pool.map(lambda bomb: post(api, "/v1/orders", bomb.encode()).status_code, [*BOMBS.values()] * 4))
    assert statuses <= {400, 422}
    assert api.place().status_code == 202


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_the_gateway_refuses_them_too(gateway: GatewayProcess, bomb: str) -> None:
    for method, path, key in (("POST", "/v1/charges", PLATFORM_KEY), ("PUT", "/v1/faults", ADMIN_KEY)):
        headers = {"Idempotency-Key": uuid.uuid4().hex, **bearer(key)}
        answer = requests.request(method, gateway.url + path, data=bomb.encode(), headers=headers, timeout=20)
        assert 400 <= answer.status_code < 500
        assert answer.status_code != 401
        assert len(answer.content) <= LARGEST_ANSWER
