"""Webhooks on pages: endpoints of a shop's owner and of operators, their secrets, and what was delivered."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.storage.webhooks import writing
from tests.integration.web.test_orders import signed_in
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess
from tests.support.tables import change, rows

URL = "https://shop.example/hooks"


@pytest.fixture(autouse=True)
def none_left(engine: Engine) -> Iterator[None]:
    yield
    change(engine, "delete from webhook_endpoints")


@pytest.fixture
def owner(web: ServingProcess, world: World) -> Visitor:
    return signed_in(web, world, "merchant")


def add(visitor: Visitor, url: str = URL, **more: str | list[str]) -> str:
    """Adds an endpoint, and returns the address of its page."""
    answer = visitor.post("/webhooks", {"url": url} | more)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def happens(engine: Engine, merchant: UUID) -> UUID:
    """An order of the merchant is paid."""
    order = uuid.uuid4()
    now = datetime.now(UTC)
    writing.write(engine, [writing.Happened(order, 5, merchant, "order.paid", now, '{"all":1}', '{"own":1}')])
    return order


def test_an_endpoint_is_added_changed_switched_off_and_removed(owner: Visitor, engine: Engine) -> None:
    assert "No program of yours gets events of orders" in owner.get("/webhooks").text
    page = add(owner, description="kitchen", type=["order.paid", "order.eaten"])
    assert "1 program of yours gets events of orders" in owner.get("/webhooks").text
    shown = owner.get(page).text
    assert URL in shown
    assert re.search(r'value="order.paid" checked', shown)
    assert 'value="order.confirmed" checked' not in shown
    assert owner.post(page, {"url": f"{URL}/2", "description": ""}).status_code == 303
    assert owner.post(f"{page}/state", {"state": "off"}).status_code == 303
    assert "Nothing is sent to this address" in owner.get(page).text
    (row,) = rows(engine, "select url, types, description, state from webhook_endpoints")
    assert tuple(row) == (f"{URL}/2", [], "", "off")
    assert owner.post(f"{page}/state", {"state": "gone"}).status_code == 400
    for _ in range(2):
        assert owner.post(f"{page}/remove").status_code == 303
    assert owner.get(page).status_code == 404


@pytest.mark.parametrize(
    "url", ["", "http://shop.example/", "https://10.0.0.1/", "https://127.0.0.1/", "https://é.example/"]
)
def test_an_address_that_cannot_be_one_is_shown_again_with_the_reason(owner: Visitor, engine: Engine, url: str) -> None:
    answer = owner.post("/webhooks", {"url": url, "description": "kitchen"})
    assert answer.status_code == 422
    assert 'value="kitchen"' in answer.text
    assert re.search(r'id="url-about">Must ', answer.text)
    owner.language = "pt-BR"
    assert re.search(r'id="url-about">(Deve|Precisa|Tem)', owner.post("/webhooks", {"url": url}).text)
    assert rows(engine, "select from webhook_endpoints") == []
    page = add(owner)
    assert owner.post(page, {"url": url}).status_code == 422


def test_secrets_are_shown_and_replaced(owner: Visitor) -> None:
    page = add(owner)
    before = set(re.findall(r"wh(?:sec|pk)_[A-Za-z0-9+/=]+", owner.get(page).text))
    assert len(before) == 2
    assert owner.post(f"{page}/secrets").status_code == 303
    after = set(re.findall(r"wh(?:sec|pk)_[A-Za-z0-9+/=]+", owner.get(page).text))
    assert before < after
    assert len(after) == 4


def test_deliveries_are_seen_and_sent_again(owner: Visitor, world: World, engine: Engine) -> None:
    page = add(owner)
    order = happens(engine, world.merchant)
    assert str(order) in owner.get(f"{page}/deliveries").text
    (row,) = rows(engine, "select id from webhook_deliveries")
    shown = f"{page}/deliveries/{row.id}"
    assert "This event waits to be delivered" in owner.get(shown).text
    assert "Send it again" not in owner.get(shown).text
    change(engine, "update webhook_deliveries set state = 'failed', attempts = 10, settled_at = now()")
    change(
        engine,
        "insert into webhook_attempts (delivery_id, number, at, took_ms, status, reason, answer)"
        " values (:id, 10, now(), 12, 500, '', '<b>broken</b>')",
        id=row.id,
    )
    text = owner.get(shown).text
    for words in ("This event was not delivered", "&lt;b&gt;broken&lt;/b&gt;", "{&#34;own&#34;:1}"):
        assert words in text
    assert str(order) not in owner.get(f"{page}/deliveries?state=delivered").text
    assert owner.post(f"{shown}/again").status_code == 303
    assert rows(engine, "select state from webhook_deliveries")[0].state == "waiting"
    change(engine, "update webhook_deliveries set state = 'failed', settled_at = now()")
    answer = owner.post(f"{page}/deliveries/failed/again")
    assert "1 delivery is sent again" in owner.get(answer.headers["Location"]).text


def test_a_test_event_waits_to_be_sent(owner: Visitor, engine: Engine) -> None:
    page = add(owner)
    answer = owner.post(f"{page}/test")
    assert "webhook.test" in owner.get(answer.headers["Location"]).text
    assert rows(engine, "select type from webhook_deliveries")[0].type == "webhook.test"


def test_endpoints_are_seen_by_their_owner_alone(
    web: ServingProcess, owner: Visitor, world: World, engine: Engine
) -> None:
    page = add(owner)
    happens(engine, world.merchant)
    (row,) = rows(engine, "select id from webhook_deliveries")
    for name in ("merchant2", "operator"):
        other = signed_in(web, world, name)
        assert URL not in other.get("/webhooks").text
        for path in ("", "/deliveries", f"/deliveries/{row.id}"):
            assert other.get(f"{page}{path}").status_code == 404, (name, path)
        for path in ("/test", "/secrets", "/deliveries/failed/again", f"/deliveries/{row.id}/again"):
            assert other.post(f"{page}{path}").status_code == 404, (name, path)
        other.post(f"{page}/remove")
    assert owner.get(page).status_code == 200
    assert signed_in(web, world, "customer").get("/webhooks").status_code == 403


def test_secrets_are_not_for_staff(web: ServingProcess, owner: Visitor, world: World, engine: Engine) -> None:
    page = add(owner)
    change(engine, "update accounts set staff = true where id = :id", id=world.accounts["merchant"])
    try:
        staff = signed_in(web, world, "merchant")
        for path in ("/webhooks", page):
            assert staff.get(path).status_code == 403
        assert "/webhooks" not in staff.get("/account").text
    finally:
        change(engine, "update accounts set staff = false where id = :id", id=world.accounts["merchant"])
