"""The receiver of webhooks answers what comes in pieces, and says how long it took."""

import http.client
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from pedidos_bench.hooks.events import event
from pedidos_bench.hooks.receiving import NotReceived, Receiving, receiving


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiving]:
    with receiving() as running:
        yield running


def post(receiver: Receiving, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=10)
    body = event(UUID(int=1)).body.encode()
    connection.putrequest("POST", path)
    connection.putheader("content-length", str(len(body)))
    connection.endheaders()
    for piece in (body[:10], body[10:]):
        connection.send(piece)
    status = connection.getresponse().status
    connection.close()
    return status


def test_it_counts_what_it_takes_and_what_it_refuses(receiver: Receiving) -> None:
    receiver.seen()
    assert [post(receiver, path) for path in ("/take", "/take", "/refuse")] == [200, 200, 503]
    found = receiver.until_taken(2, 5)
    assert (len(found.delays), found.refused) == (2, 1)
    assert all(0 <= delay < 60_000 for delay in found.delays)
    assert found.first <= found.last <= time.monotonic()
    assert receiver.seen().delays == []


def test_what_does_not_come_is_said(receiver: Receiving) -> None:
    with pytest.raises(NotReceived, match="0 of 1 webhooks"):
        receiver.until_taken(1, 0.01)


def test_an_event_is_as_the_notifier_writes_it() -> None:
    made = event(UUID(int=1))
    assert made.body == made.own_body
    assert 400 < len(made.body) < 2000
    assert made.at <= datetime.now(UTC)
