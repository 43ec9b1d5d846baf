"""POST /v1/payment-events: only the payment provider is heard, and no more than its body is read."""

import hashlib
import hmac
import time
import uuid
from typing import Any

import orjson
import pytest
import requests
from sqlalchemy import Engine

from tests.support.api import Api, Serve
from tests.support.tables import change, rows

SECRET = "secret-of-the-webhooks"
PATH = "/v1/payment-events"


@pytest.fixture(scope="module")
def hearing(serve: Serve) -> Api:
    return serve(payment_event_secrets=f"another,{SECRET}")


def event(key: str, **changes: Any) -> bytes:
    about = {
        "id": "pi_1",
        "object": "payment_intent",
        "status": "succeeded",
        "amount_received": 1000,
        "currency": "brl",
        "metadata": {"charge_key": key},
    }
    told = {"id": f"evt_{uuid.uuid4().hex}", "object": "event", "type": "payment_intent.succeeded"}
    return orjson.dumps(told | {"data": {"object": about}} | changes)


def send(api: Api, body: bytes, *, secret: str = SECRET, age: int = 0, header: str | None = None) -> requests.Response:
    at = int(time.time()) - age
    made = hmac.new(secret.encode(), b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
    signed = {"Stripe-Signature": f"t={at},v1={made}" if header is None else header}
    return requests.post(f"{api.url}{PATH}", data=body, headers=signed, timeout=20)


def test_a_capture_under_a_key_of_no_order_is_at_the_desk(hearing: Api, engine: Engine) -> None:
    body = event(f"charge:{uuid.uuid4()}")
    for _ in range(2):
        answer = send(hearing, body)
        assert (answer.status_code, answer.json()) == (200, {"outcome": "strange"})
    letters = rows(engine, "select origin, payload from dead_letters where source = 'provider'")
    assert [(row.origin, bytes(row.payload)) for row in letters] == [(orjson.loads(body)["id"], body)]
    change(engine, "delete from dead_letters where source = 'provider'")


def test_a_capture_settles_a_charge_that_waits_for_its_answer(hearing: Api, engine: Engine) -> None:
    placed = hearing.ask(
        "POST", "/v1/orders", who="customer", json=hearing.order_body(), headers={"Idempotency-Key": uuid.uuid4().hex}
    ).json()
    order = placed["id"]
    change(engine, "update orders set status = 'charging' where id = cast(:id as uuid)", id=order)
    change(
        engine,
        "insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt)"
        " values (cast(:id as uuid), 1000, 'pending', 1, now(), 1, now())",
        id=order,
    )
    body = event(f"charge:{order}")
    assert [send(hearing, body).json()["outcome"] for _ in range(3)] == ["settled", "known", "known"]
    (found,) = rows(
        engine,
        "select o.status, p.status as payment, p.reference from orders o join payments p on p.order_id = o.id"
        " where o.id = cast(:id as uuid)",
        id=order,
    )
    assert tuple(found) == ("paid", "captured", "pi_1")
    change(engine, "update orders set status = 'delivered' where id = cast(:id as uuid)", id=order)


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "a guess"},
        {"age": 400},
        {"age": -400},
        {"header": ""},
        {"header": "t=1,v1=00"},
        {"header": "v1=" + "0" * 1900},
    ],
)
def test_what_is_not_signed_now_by_one_of_the_secrets_is_refused(hearing: Api, wrong: dict[str, Any]) -> None:
    answer = send(hearing, event(f"charge:{uuid.uuid4()}"), **wrong)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-request")


def test_what_is_signed_and_not_understood_is_refused(hearing: Api) -> None:
    for body in (b"", b"[]", b"{}", event("x", type=7), event("x", data=None)):
        assert send(hearing, body).status_code == 400


def test_a_body_has_a_limit(hearing: Api) -> None:
    answer = send(hearing, b"x" * (65 * 1024))
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")


def test_without_a_secret_there_is_no_such_place(api: Api) -> None:
    assert send(api, event("x")).status_code == 404
