"""Webhooks go to a real HTTPS server: signed, once, in order, and never inside."""

import asyncio
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.processes.notifier.guard import Guard
from pedidos.processes.notifier.webhook_client import WebhookClient
from pedidos.processes.notifier.webhook_sender import WebhookSender
from pedidos.security.account_keys import AccountKeys
from pedidos.security.webhook_secrets import opened, sealed_secrets
from pedidos.security.webhook_signing import signatures
from pedidos.storage.dead_letters.letters import Filter, find
from pedidos.storage.webhooks import deliveries, endpoints, queue, writing
from pedidos.storage.webhooks.endpoints import Changes
from pedidos.storage.webhooks.writing import Happened
from tests.support.settings import ACCOUNT_KEYS
from tests.support.subscriber import Subscriber, subscriber
from tests.support.tables import change, rows

KEYS = AccountKeys(ACCOUNT_KEYS)
PATIENCE = 2.0


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Subscriber]:
    with subscriber(tmp_path) as running:
        yield running


@dataclass
class Desk:
    engine: Engine
    merchant: UUID
    shop: Subscriber

    def endpoint(self, url: str | None = None, owner: UUID | None = None, types: tuple[str, ...] = ()) -> UUID:
        endpoint_id = uuid.uuid4()
        sealed = sealed_secrets(KEYS, endpoint_id)
        endpoints.add(self.engine, owner, endpoint_id, url or self.shop.url, types, "", sealed, Who())
        return endpoint_id

    def happens(self, *versions: int, order: UUID | None = None, kind: str = "order.paid") -> UUID:
        order = order or uuid.uuid4()
        now = datetime.now(UTC)
        events = [
            Happened(order, version, self.merchant, kind, now, f'{{"version":{version}}}', f'{{"own":{version}}}')
            for version in versions
        ]
        writing.write(self.engine, events)
        return order

    def send(self, done: Callable[[], bool], *, inside: bool = True) -> None:
        """Sends until this is so, at most a minute. inside: loopback is allowed."""
        guard = Guard(allow_loopback=inside)
        sender = WebhookSender(
            self.engine, KEYS, lambda: WebhookClient(guard, PATIENCE, self.shop.ca_file), PATIENCE, "en", lambda: None
        )

        async def run() -> None:
            async with asyncio.timeout(60):
                await sender.run(lambda: not done())

        asyncio.run(run())

    def states(self) -> dict[str, int]:
        found = rows(self.engine, "select state, count(*) as n from webhook_deliveries group by state")
        return {row.state: row.n for row in found}

    def attempts(self) -> int:
        return int(rows(self.engine, "select count(*) as n from webhook_attempts")[0].n)

    def due_again(self) -> None:
        change(self.engine, "update webhook_deliveries set next_attempt = clock_timestamp() where state = 'waiting'")
        change(self.engine, "update webhook_queues set due_at = clock_timestamp(), held_until = '-infinity'")


@pytest.fixture
def desk(engine: Engine, merchant: UUID, shop: Subscriber) -> Iterator[Desk]:
    yield Desk(engine, merchant, shop)
    change(engine, "delete from webhook_endpoints")


def test_a_delivery_is_signed_by_both_and_says_what_it_is(desk: Desk) -> None:
    endpoint = desk.endpoint()
    order = desk.happens(5)
    desk.send(lambda: desk.states() == {"delivered": 1})
    (got,) = desk.shop.got
    assert got.body == b'{"version":5}'
    assert got.headers["webhook-id"] == f"{order.hex}-5"
    assert (got.headers["ce-id"], got.headers["ce-type"]) == (f"{order}/5", "br.pedidos.order.paid")
    stored = rows(desk.engine, "select scheme, sealed from webhook_secrets order by id desc")
    secrets = [opened(KEYS, endpoint, row.scheme, bytes(row.sealed)) for row in stored]
    wanted = signatures(secrets, f"{order.hex}-5", int(got.headers["webhook-timestamp"]), got.body)
    assert got.headers["webhook-signature"] == wanted
    (tried,) = rows(desk.engine, "select number, status, answer from webhook_attempts")
    assert tuple(tried) == (1, 200, "thanks")


def test_an_event_that_comes_again_makes_one_delivery(desk: Desk) -> None:
    desk.endpoint()
    order = desk.happens(1, 2)
    desk.happens(1, 2, order=order)
    desk.send(lambda: desk.states() == {"delivered": 2})
    assert desk.shop.ids() == [f"{order.hex}-1", f"{order.hex}-2"]


def test_who_gets_what(desk: Desk, engine: Engine) -> None:
    all_of_it, own, other, paid = (
        desk.endpoint(f"{desk.shop.url}/{name}", owner, types)
        for name, owner, types in (
            ("all", None, ()),
            ("own", desk.merchant, ()),
            ("other", None, ("order.cancelled",)),
            ("paid", desk.merchant, ("order.paid",)),
        )
    )
    off = desk.endpoint(f"{desk.shop.url}/off")
    endpoints.change(engine, None, off, Changes(state="off"), Who())
    desk.happens(1)
    desk.send(lambda: desk.states() == {"delivered": 3})
    got = {each.path: each.body for each in desk.shop.got}
    assert got == {"/hooks/all": b'{"version":1}', "/hooks/own": b'{"own":1}', "/hooks/paid": b'{"own":1}'}
    assert len({all_of_it, own, other, paid}) == 4


def test_the_events_of_an_order_keep_their_order_while_one_fails(desk: Desk) -> None:
    desk.endpoint()
    desk.shop.status = 500
    order = desk.happens(1, 2, 3)
    desk.send(lambda: desk.attempts() == 1)
    assert desk.states() == {"waiting": 3}
    assert desk.shop.ids() == [f"{order.hex}-1"], "the others wait behind it"
    desk.happens(4, order=order)
    other = desk.happens(1)
    desk.shop.status = 200
    desk.send(lambda: desk.states() == {"delivered": 1, "waiting": 4})
    assert desk.shop.ids()[1:] == [f"{other.hex}-1"], "another order does not wait"
    desk.due_again()
    desk.send(lambda: desk.states() == {"delivered": 5})
    assert desk.shop.ids()[2:] == [f"{order.hex}-{version}" for version in (1, 2, 3, 4)]


def test_retry_after_is_heeded(desk: Desk) -> None:
    desk.endpoint()
    desk.shop.status, desk.shop.headers = 503, {"Retry-After": "7200"}
    desk.happens(1)
    desk.send(lambda: desk.attempts() == 1)
    (row,) = rows(desk.engine, "select extract(epoch from next_attempt - now())::int as s from webhook_deliveries")
    assert 7100 < row.s <= 7200


def test_an_endpoint_that_fails_gets_single_trials(desk: Desk) -> None:
    desk.endpoint()
    desk.shop.status = 500
    for _ in range(60):
        desk.happens(1)
    desk.send(lambda: rows(desk.engine, "select failures from webhook_queues")[0].failures == 5)
    sent = len(desk.shop.got)
    assert sent < 60, "the rest of the batch was not sent"
    assert rows(desk.engine, "select held_until > now() as held from webhook_queues")[0].held
    desk.due_again()
    desk.send(lambda: len(desk.shop.got) > sent)
    assert len(desk.shop.got) == sent + 1
    desk.shop.status = 200
    desk.due_again()
    desk.send(lambda: desk.states() == {"delivered": 60})
    assert rows(desk.engine, "select failures, trials from webhook_queues")[0].failures == 0


def test_gone_ends_it(desk: Desk) -> None:
    desk.endpoint()
    desk.shop.status = 410
    desk.happens(1, 2)
    desk.send(lambda: rows(desk.engine, "select state from webhook_endpoints")[0].state == "gone")
    assert desk.states() == {"failed": 2}
    desk.happens(1)
    assert desk.states() == {"failed": 2}
    assert not writing.any_endpoint(desk.engine)


def test_the_last_try_that_fails_is_at_the_desk_and_can_be_sent_again(desk: Desk) -> None:
    endpoint = desk.endpoint()
    desk.shop.status, desk.shop.says = 500, "x" * 100_000
    order = desk.happens(1)
    change(desk.engine, "update webhook_deliveries set attempts = 9")
    desk.send(lambda: desk.states() == {"failed": 1})
    (letter,) = find(desk.engine, Filter(source="webhook"), 9)
    assert (letter.order_id, "it answered 500" in letter.reason) == (order, True)
    (tried,) = rows(desk.engine, "select number, length(answer) as length from webhook_attempts")
    assert (tried.number, tried.length) == (10, 1000)
    desk.shop.status = 200
    assert deliveries.send_again(desk.engine, endpoint, deliveries.Again(state="failed")) == 1
    desk.send(lambda: desk.states() == {"delivered": 1})
    (_, again) = rows(desk.engine, "select number, status from webhook_attempts order by number")
    assert tuple(again) == (11, 200)


def test_a_subscriber_that_is_silent_delays_no_other(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "silent"
    folder.mkdir()
    with subscriber(folder) as silent:
        silent.hangs = True
        (tmp_path / "both.pem").write_text(silent.ca_file.read_text() + desk.shop.ca_file.read_text())
        desk.shop.ca_file = tmp_path / "both.pem"
        desk.endpoint(silent.url)
        desk.endpoint()
        for _ in range(20):
            desk.happens(1)
        desk.send(lambda: len(desk.shop.got) == 20)
        assert len(silent.got) <= 40
    assert desk.states()["delivered"] == 20


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_nothing_is_sent_inside(desk: Desk, name: str) -> None:
    desk.endpoint(desk.shop.url.replace("127.0.0.1", name))
    desk.happens(1)
    desk.send(lambda: desk.attempts() == 1, inside=False)
    assert desk.shop.got == []
    (tried,) = rows(desk.engine, "select status, reason from webhook_attempts")
    assert tuple(tried) == (0, "its address is not public")


def test_a_redirect_is_not_followed(desk: Desk) -> None:
    desk.endpoint()
    desk.shop.status, desk.shop.headers = 307, {"Location": "http://127.0.0.1:1/inside"}
    desk.happens(1)
    desk.send(lambda: desk.attempts() == 1)
    assert len(desk.shop.got) == 1
    (tried,) = rows(desk.engine, "select status, reason from webhook_attempts")
    assert tuple(tried) == (307, "it redirects, which is not followed")


def test_who_lost_the_lease_notes_nothing(desk: Desk, engine: Engine) -> None:
    desk.endpoint()
    desk.happens(1)
    (slow,) = queue.take(engine, 5, 60)
    assert queue.take(engine, 5, 60) == [], "another one has it"
    change(engine, "update webhook_queues set lease_until = '-infinity'")
    (quick,) = queue.take(engine, 5, 60)
    (due,) = queue.due(engine, quick, 5)
    attempt = queue.Attempt(due, datetime.now(UTC), 5, 200, "", "", "delivered", 0.0)
    health = queue.Health(0, 0, 0.0)
    assert not queue.settle(engine, slow, [attempt], health, 60, "en", goes_on=False)
    assert desk.states() == {"waiting": 1}
    assert queue.settle(engine, quick, [attempt], health, 60, "en", goes_on=False)
    assert desk.states() == {"delivered": 1}


def test_replaced_secrets_sign_for_a_day_longer(desk: Desk, engine: Engine) -> None:
    endpoint = desk.endpoint()
    sealed = sealed_secrets(KEYS, endpoint)
    assert endpoints.rotate(engine, None, endpoint, sealed, Who())
    desk.happens(1)
    desk.send(lambda: desk.states() == {"delivered": 1})
    assert len(desk.shop.got[0].headers["webhook-signature"].split()) == 4
    change(engine, "update webhook_secrets set expires_at = now() where expires_at is not null")
    desk.happens(1)
    desk.send(lambda: desk.states() == {"delivered": 2})
    assert len(desk.shop.got[1].headers["webhook-signature"].split()) == 2


def test_a_test_event(desk: Desk, engine: Engine) -> None:
    endpoint = desk.endpoint()
    deliveries.send_test(engine, endpoint, json.dumps({"type": "webhook.test"}))
    desk.send(lambda: desk.states() == {"delivered": 1})
    assert desk.shop.got[0].headers["ce-type"] == "br.pedidos.webhook.test"
