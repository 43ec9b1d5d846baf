"""What people do leaves an entry in the audit log; orders do not."""

import secrets
from typing import Any

import psycopg
import pytest

from tests.support.api import PASSWORD, Api, Serve

TOKEN = "/v1/auth/token"  # a path


@pytest.fixture
def begin(database_url: str) -> int:
    """The number of the last entry before the test."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select last from audit_log_number").fetchone()
        assert row is not None
        return int(row[0])


def since(api: Api, begin: int) -> list[dict[str, Any]]:
    """The entries that came since then, oldest first, as an operator reads them."""
    page = api.ask("GET", "/v1/audit?limit=100", who="operator").json()
    return [entry for entry in reversed(page["items"]) if entry["number"] > begin]


def fail(api: Api, email: str, password: str = "not the password") -> None:
    assert api.ask("POST", TOKEN, json={"email": email, "password": password}).status_code == 401


def test_a_session_from_its_beginning_to_its_end(api: Api, begin: int) -> None:
    account = str(api.world.accounts["customer2"])
    headers = {"X-Request-Id": f"the-sign-in-{secrets.token_hex(4)}"}
    credentials = {"email": api.world.emails["customer2"], "password": PASSWORD}
    tokens = api.ask("POST", TOKEN, json=credentials, headers=headers).json()
    used = {"refresh_token": tokens["refresh_token"]}
    refreshed = api.ask("POST", "/v1/auth/refresh", json=used).json()
    assert api.ask("POST", "/v1/auth/logout", json={"refresh_token": refreshed["refresh_token"]}).status_code == 204
    assert api.ask("POST", "/v1/auth/logout", json={"refresh_token": refreshed["refresh_token"]}).status_code == 204
    began, ended = (entry for entry in since(api, begin) if entry["account_id"] == account)
    assert (began["action"], began["outcome"], began["role"]) == ("session.began", "done", "customer")
    assert (began["client"], began["request_id"]) == ("127.0.0.1", headers["X-Request-Id"])
    assert (ended["action"], ended["session_id"]) == ("session.ended", began["session_id"])


def test_a_refresh_token_used_again(api: Api, begin: int) -> None:
    tokens = api.sign_in("customer2")
    used = {"refresh_token": tokens["refresh_token"]}
    assert api.ask("POST", "/v1/auth/refresh", json=used).status_code == 200
    for _ in range(3):
        again = api.ask("POST", "/v1/auth/refresh", json=used, headers={"User-Agent": "another"})
        assert again.status_code == 401
    (reused,) = (entry for entry in since(api, begin) if entry["action"] == "session.reused")
    assert (reused["outcome"], reused["account_id"]) == ("refused", str(api.world.accounts["customer2"]))


def test_sign_ins_that_fail(api: Api, begin: int) -> None:
    unknown = f"{secrets.token_hex(4)}@pedidos.example"
    fail(api, api.world.emails["customer2"])
    fail(api, unknown)
    known, other = (entry for entry in since(api, begin) if entry["action"] == "session.refused")
    assert (known["subject"], known["account_id"]) == (str(api.world.accounts["customer2"]), None)
    assert (other["subject"], other["client"], other["outcome"]) == (None, "127.0.0.1", "refused")
    assert unknown not in str(since(api, begin))


def test_a_flood_of_sign_ins_that_fail_writes_few_entries(serve: Serve, begin: int) -> None:
    own = serve()
    for number in range(60):
        fail(own, f"nobody{number}@pedidos.example")
    entries = [entry for entry in since(own, begin) if entry["action"] == "session.refused"]
    assert 20 <= len(entries) <= 40, "a new minute may begin meanwhile"


def test_a_registration(api: Api, begin: int) -> None:
    email = f"{secrets.token_hex(4)}@pedidos.example"
    body = {"email": email, "name": "Eva Secret", "password": PASSWORD}
    for _ in range(2):
        assert api.ask("POST", "/v1/accounts", json=body).status_code == 202
    tokens = api.ask("POST", "/v1/auth/token", json={"email": email, "password": PASSWORD}).json()
    account = api.ask("GET", "/v1/me", token=tokens["access_token"]).json()["id"]
    (registered,) = (entry for entry in since(api, begin) if entry["action"] == "account.registered")
    assert (registered["subject"], registered["account_id"]) == (account, account)
    (again,) = (entry for entry in since(api, begin) if entry["action"] == "account.registered_again")
    assert (again["subject"], again["account_id"], again["outcome"]) == (None, None, "refused")
    told = str(since(api, begin))
    assert not any(secret in told for secret in (email, "Eva Secret", PASSWORD))


def test_what_a_merchant_changes(api: Api, begin: int) -> None:
    path = f"/v1/merchants/{api.world.merchant}"
    added = api.ask("POST", f"{path}/products", who="merchant", json={"name": "Torta", "price_cents": 700})
    product = added.headers["Location"]
    api.ask("PATCH", product, who="merchant", json={"price_cents": 800})
    api.ask("PUT", f"{product}/stock", who="merchant", json={"on_hand": 9})
    api.ask("PUT", f"{path}/opening-hours", who="merchant", json={"hours": []})
    assert api.ask("PATCH", product, who="merchant2", json={"price_cents": 1}).status_code == 404
    entries = [
        entry for entry in since(api, begin) if entry["role"] == "merchant" and entry["action"] != "session.began"
    ]
    assert [(entry["action"], entry["detail"]) for entry in entries] == [
        ("product.added", {"price_cents": 700, "active": True, "on_hand": 0}),
        ("product.changed", {"price_cents": [700, 800], "active": [True, True]}),
        ("product.counted", {"on_hand": [0, 9]}),
        ("merchant.hours_set", {}),
    ]
    assert {entry["account_id"] for entry in entries} == {str(api.world.accounts["merchant"])}


def test_an_operator_who_reads_orders_of_others(api: Api, begin: int) -> None:
    order = api.place().json()["id"]
    for who in ("customer", "merchant", "operator"):
        assert api.ask("GET", f"/v1/orders/{order}", who=who).status_code == 200
        assert api.ask("GET", "/v1/orders", who=who).status_code == 200
    about_orders = [entry for entry in since(api, begin) if entry["action"].startswith("order.")]
    assert [(entry["action"], entry["subject"], entry["role"]) for entry in about_orders] == [
        ("order.read", order, "operator"),
        ("order.listed", None, "operator"),
    ]


def test_placing_an_order_writes_no_entry(api: Api, database_url: str) -> None:
    api.token("customer")
    with psycopg.connect(database_url) as connection:
        before = connection.execute("select last from audit_log_number").fetchone()
        assert api.place().status_code == 202
        assert connection.execute("select last from audit_log_number").fetchone() == before


def test_reading_it_page_by_page(api: Api, begin: int) -> None:
    for _ in range(3):
        assert api.ask("GET", "/v1/audit?limit=1", who="operator").status_code == 200
    page = api.ask("GET", "/v1/audit?action=audit.read&limit=2", who="operator").json()
    assert [entry["action"] for entry in page["items"]] == ["audit.read", "audit.read"]
    following = api.ask("GET", f"/v1/audit?limit=2&before={page['next_before']}", who="operator").json()
    assert following["items"][0]["number"] == page["next_before"] - 1
    assert page["items"][0]["number"] > begin
    assert api.ask("GET", "/v1/audit?subject=none", who="operator").json() == {"items": [], "next_before": None}
    assert api.ask("GET", "/v1/audit", who="merchant").status_code == 403
