"""A provider that answers nastily, over HTTP: each such answer is an unknown outcome, and holds up no other."""

import gzip
from collections.abc import Iterator
from uuid import UUID

import orjson
import pytest

from pedidos.domain.payment import Answer, Verdict
from pedidos.payments.answers import MAX_BYTES
from pedidos.payments.gateway_client import GatewayClient
from pedidos.payments.port import Charge, Undo
from tests.integration.gateway.provider import Provider, Script, captured, chunked, json, response, serving

PATIENCE_SECONDS = 3.0
TIMEOUT_SECONDS = 1.0
TOKEN = "tok_ok"
FIRST, BAD, SECOND, OTHER = (f"charge:{UUID(int=number)}" for number in range(4))


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as made:
        yield made


@pytest.fixture
def client(provider: Provider) -> Iterator[GatewayClient]:
    made = GatewayClient(provider.url, TIMEOUT_SECONDS)
    yield made
    made.close()


HUGE = b" " * (MAX_BYTES + 1)

NASTY: dict[str, Script] = {
    "no HTTP": lambda _key, _head: b"captured\r\n\r\n",
    "nothing": lambda _key, _head: b"",
    "half a head": lambda _key, _head: b"HTTP/1.1 201 Cre",
    "half a body": lambda key, _head: json(captured(key))[:-5],
    "a huge header": lambda _key, _head: response(b"{}", "X-Long: " + "x" * 100_000),
    "a NUL in a header": lambda _key, _head: response(b"{}", "X-Nul: a\x00b"),
    "two lengths": lambda key, _head: response(orjson.dumps(captured(key)), "Content-Length: 7"),
    "a length that is no number": lambda _key, _head: response(b"{}").replace(b": 2\r\n", b": two\r\n"),
    "a huge body, announced": lambda key, _head: response(orjson.dumps(captured(key)) + HUGE),
    "a huge body, in chunks": lambda key, _head: chunked(orjson.dumps(captured(key)), *[HUGE] * 50),
    "a bomb": lambda key, _head: response(
        gzip.compress(orjson.dumps(captured(key)) + HUGE * 1000), "Content-Encoding: gzip"
    ),
    "packed without being asked to": lambda key, _head: response(
        gzip.compress(orjson.dumps(captured(key))), "Content-Encoding: gzip"
    ),
    "a chunk that is none": lambda _key, _head: chunked(b"{}").replace(b"2\r\n", b"zz\r\n"),
    "a page": lambda _key, _head: response(b"<html>").replace(b"application/json", b"text/html"),
    "a bare NUL": lambda _key, _head: response(b"\x00"),
    "deep": lambda _key, _head: response(b"[" * 10_000),
    "said twice": lambda key, _head: response(orjson.dumps(captured(key))[:-1] + b',"status":"declined"}'),
    "another's": lambda _key, _head: json(captured(OTHER)),
    "another amount": lambda key, _head: json(captured(key, amount_cents=1)),
    "another currency": lambda key, _head: json(captured(key, currency="USD")),
    "a reference that cannot be kept": lambda key, _head: json(captured(key, reference="\x00")),
    "a status that is none": lambda key, _head: json(captured(key, status=7)),
    "a title that cannot be kept": lambda _key, _head: response(
        orjson.dumps({"title": "\x00" * 5000}), status="422 Unprocessable"
    ),
    "another place": lambda key, _head: response(
        orjson.dumps(captured(key)), "Location: /v1/elsewhere", status="307 Temporary Redirect"
    ),
    "no such code": lambda _key, _head: response(b"{}", status="999 What"),
}


def charge(client: GatewayClient, *keys: str) -> dict[str, Answer]:
    charges = [Charge(key, 100, TOKEN) for key in keys]
    return {key: answer for group in client.charge_many(charges, PATIENCE_SECONDS) for key, answer in group}


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_answer_is_an_unknown_outcome_and_holds_up_no_other(
    provider: Provider, client: GatewayClient, name: str
) -> None:
    provider.scripts[BAD] = NASTY[name]
    found = charge(client, FIRST, BAD, SECOND)
    bad = found.pop(BAD)
    assert (bad.verdict, bad.asked) == (Verdict.UNKNOWN, True)
    assert bad.reason
    assert bad.reason.isprintable()
    assert len(bad.reason) <= 200
    assert [answer.verdict for answer in found.values()] == [Verdict.CAPTURED] * 2
    assert not any(b"elsewhere" in head.split(b"\r\n")[0] for head in provider.heard)
    del provider.scripts[BAD]
    assert charge(client, BAD)[BAD].verdict is Verdict.CAPTURED


def test_a_reason_that_cannot_be_kept_does_not_keep_the_money_from_being_noted(
    provider: Provider, client: GatewayClient
) -> None:
    provider.scripts[FIRST] = lambda key, _head: json(captured(key, reason="thanks\x00\n"))
    assert charge(client, FIRST)[FIRST] == Answer(Verdict.CAPTURED, "ch_1", "thanks��")


def test_a_refund_of_another_amount_is_none(provider: Provider, client: GatewayClient) -> None:
    provider.scripts[FIRST] = lambda key, _head: json(captured(key, status="refunded", amount_cents=1))
    ((_, answer),) = [pair for group in client.undo_many([Undo(FIRST, 100)], PATIENCE_SECONDS) for pair in group]
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.reason == "HTTP 201: the amount is 1, not 100"


def test_a_gateway_that_cannot_be_connected_to_was_not_reached(provider: Provider) -> None:
    client = GatewayClient("http://127.0.0.1:1", TIMEOUT_SECONDS)
    try:
        answer = charge(client, FIRST)[FIRST]
    finally:
        client.close()
    assert (answer.verdict, answer.asked, answer.reached) == (Verdict.UNKNOWN, True, False)
    assert provider.heard == []
