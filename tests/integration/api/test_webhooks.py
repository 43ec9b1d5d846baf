"""Endpoints of webhooks by the API: whose they are, where they may lead, and what was delivered."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.support.api import Api
from tests.support.tables import change, rows

HOOKS = "/v1/webhooks"
URL = "https://shop.example/hooks"


@pytest.fixture(autouse=True)
def none_left(engine: Engine) -> Iterator[None]:
    yield
    change(engine, "delete from webhook_endpoints")


def add(api: Api, who: str = "merchant", **body: Any) -> dict[str, Any]:
    answer = api.ask("POST", HOOKS, who=who, json={"url": URL} | body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_an_endpoint_is_its_owners(api: Api) -> None:
    own = add(api, types=["order.paid"], description="kitchen")
    of_operators = add(api, "operator")
    assert [secret["secret"][:5] for secret in own["secrets"]] == ["whpk_", "whsec"]
    for who, found in (("merchant", [own]), ("merchant2", []), ("operator", [of_operators])):
        assert [each["id"] for each in api.ask("GET", HOOKS, who=who).json()["endpoints"]] == [e["id"] for e in found]
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"state": "off"}),
        ("DELETE", "", None),
        ("POST", "/secrets", None),
        ("POST", "/test", None),
        ("GET", "/deliveries", None),
        ("POST", "/again", {}),
    ):
        for who in ("merchant2", "operator"):
            answer = api.ask(method, f"{HOOKS}/{own['id']}{path}", who=who, json=body)
            assert answer.status_code == 404, (method, path, who)
    assert api.ask("GET", HOOKS, who="customer").status_code == 403
    assert api.ask("GET", HOOKS).status_code == 401


@pytest.mark.parametrize(
    "url",
    [
        *("http://shop.example/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://10.0.0.1"),
        *("https://169.254.169.254/latest", "https://2130706433/", "https://0x7f.1/", "https://[::ffff:127.0.0.1]/"),
        *("https://a.localhost/", "https://user:pw@shop.example/", "https://shop.example/#x", "https://:443/"),
        *("https://shop.example:99999/", "ftp://shop.example/", "no url", "https://" + "x" * 2000, "https://[::1/"),
    ],
)
def test_an_address_that_leads_inside_or_nowhere_is_refused(api: Api, engine: Engine, url: str) -> None:
    answer = api.ask("POST", HOOKS, who="merchant", json={"url": url})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["url"]
    assert rows(engine, "select from webhook_endpoints") == []
    good = add(api)
    assert api.ask("PATCH", f"{HOOKS}/{good['id']}", who="merchant", json={"url": url}).status_code == 422


def test_a_type_that_there_is_not_is_refused(api: Api) -> None:
    answer = api.ask("POST", HOOKS, who="merchant", json={"url": URL, "types": ["order.eaten"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("types")


def test_there_are_not_more_than_there_can_be(api: Api) -> None:
    for _ in range(20):
        add(api)
    answer = api.ask("POST", HOOKS, who="merchant", json={"url": URL})
    assert answer.status_code == 409
    add(api, "merchant2")


def test_changing_rotating_and_removing(api: Api, engine: Engine) -> None:
    made = add(api)
    path = f"{HOOKS}/{made['id']}"
    changed = api.ask("PATCH", path, who="merchant", json={"types": ["order.paid"], "state": "off"}).json()
    assert (changed["types"], changed["state"], changed["url"]) == (["order.paid"], "off", URL)
    rotated = api.ask("POST", f"{path}/secrets", who="merchant").json()["secrets"]
    assert [each["expires_at"] is None for each in rotated] == [True, True, False, False]
    assert {each["secret"] for each in rotated} > {each["secret"] for each in made["secrets"]}
    raw = rows(engine, "select sealed from webhook_secrets")
    assert all(len(row.sealed) > 32 for row in raw), "they are encrypted"
    assert api.ask("DELETE", path, who="merchant").status_code == 204
    assert api.ask("DELETE", path, who="merchant").status_code == 404
    told = "select action from audit_log where subject = :id order by number"
    assert [row.action for row in rows(engine, told, id=made["id"])] == [
        "webhook.added",
        "webhook.changed",
        "webhook.rotated",
        "webhook.removed",
    ]


def test_deliveries_are_seen_and_sent_again(api: Api, engine: Engine) -> None:
    made = add(api)
    path = f"{HOOKS}/{made['id']}"
    assert api.ask("POST", f"{path}/test", who="merchant").status_code == 202
    (listed,) = api.ask("GET", f"{path}/deliveries", who="merchant").json()["deliveries"]
    assert (listed["type"], listed["state"], listed["attempts"]) == ("webhook.test", "waiting", 0)
    one = f"{path}/deliveries/{listed['id']}"
    assert api.ask("POST", f"{one}/again", who="merchant").json() == {"deliveries": 0}, "it waits anyway"
    change(engine, "update webhook_deliveries set state = 'failed', settled_at = now(), attempts = 10")
    change(
        engine,
        "insert into webhook_attempts select id, 1, now(), 12, 500, '', 'oh no' from webhook_deliveries",
    )
    whole = api.ask("GET", one, who="merchant").json()
    assert whole["attempts"][0] | {"at": ""} == {
        "number": 1,
        "at": "",
        "took_ms": 12,
        "status": 500,
        "reason": "",
        "answer": "oh no",
    }
    assert api.ask("POST", f"{path}/again", who="merchant", json={"type": "order.paid"}).json() == {"deliveries": 0}
    past = {"until": "2020-01-01T00:00:00Z"}
    assert api.ask("POST", f"{path}/again", who="merchant", json=past).json() == {"deliveries": 0}
    assert api.ask("POST", f"{path}/again", who="merchant", json={}).json() == {"deliveries": 1}
    assert api.ask("GET", one, who="merchant").json()["delivery"]["state"] == "waiting"
    assert api.ask("GET", f"{path}/deliveries/{uuid.uuid4()}", who="merchant").status_code == 404
    assert api.ask("GET", f"{path}/deliveries?state=failed", who="merchant").json()["deliveries"] == []
