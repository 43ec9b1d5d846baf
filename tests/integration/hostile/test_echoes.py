"""What comes back in headers and stands in logs: never what a stranger wrote, and never a secret."""

import secrets
import uuid
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.integration.hostile.edge import Edge, log_lines
from tests.integration.hostile.raw import Target, request
from tests.support.api import PASSWORD, Api, Serve
from tests.support.mailbox import Mailbox, confirm
from tests.support.processes import PLATFORM_KEY, GatewayProcess, LiveProcess, bearer

FORGED = '{"event": "forged", "process": "api", "level": "info"}'
BAD_IDS = [
    "abcdefgh%0d%0aX-Forged: 1",
    "<script>alert(1)</script>",
    'abcdefgh", "event": "forged',
    "abcdefgh\\r\\nX-Forged: 1",
    "\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9",
    "x" * 129,
    "../../../../hosts",
]


@pytest.mark.parametrize("given", BAD_IDS)
def test_a_request_id_that_is_none_does_not_come_back(edge: Edge, api: Api, live: LiveProcess, given: str) -> None:
    for path in ("/v1/me", "/v1/events", "/nothing"):
        answer = edge.ask("GET", path, headers={"X-Request-Id": given.encode("latin-1")})
        assert "X-Forged" not in answer.headers
        assert given not in answer.headers["X-Request-Id"]
        assert given not in answer.text
    for text in (api.child.said(), live.child.said()):
        assert given not in text


@pytest.mark.parametrize("ending", [b"\n", b"\r", b"\r\n ", b"\n\t"], ids=repr)
def test_line_breaks_in_headers_forge_no_line(api: Api, live: LiveProcess, ending: bytes) -> None:
    for target in (Target("api", api.port), Target("live", live.port)):
        for name in (b"X-Request-Id", b"User-Agent", b"traceparent", b"Authorization", b"Last-Event-ID"):
            head = b"GET /v1/events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            target.say(head + name + b": abcdefgh" + ending + FORGED.encode() + b"\r\n\r\n", half=True)
    assert_not_forged(api, live)


def test_line_breaks_in_addresses_and_bodies_forge_no_line(edge: Edge, api: Api, live: LiveProcess) -> None:
    broken = "%0a" + quote(FORGED) + "%0a"
    for path in (f"/v1/{broken}", f"/v1/orders/{broken}", f"/v1/orders/{broken}/events", f"/v1/orders?status={broken}"):
        assert edge.ask("GET", path, api.token("customer")).status_code in {400, 404, 422}
    requests.get(f"{live.url}/{broken}", timeout=20)
    body = {"email": f"a@b\n{FORGED}", "password": f"x\n{FORGED}\n"}
    assert edge.ask("POST", "/v1/auth/token", json=body).status_code == 422
    method = request(f"{FORGED.replace(' ', '')} /v1/me HTTP/1.1")
    Target("api", api.port).say(method, half=True)
    assert_not_forged(api, live)


def assert_not_forged(api: Api, live: LiveProcess) -> None:
    """Every line of both logs is one JSON object that the process wrote."""
    for text in (api.child.said(), live.child.said()):
        assert "forged" not in {line.get("event") for line in log_lines(text)}


def test_nothing_that_is_asked_for_elsewhere_comes_back(edge: Edge) -> None:
    away = {"Host": "elsewhere.example", "X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "javascript"}
    paths = ("/", "/docs", "/docs/", "/problems/not-found", "/v1/orders/", "/openapi.json", "/v1/me", "/v1//merchants")
    for path in paths:
        answer = edge.ask("GET", path, headers=away | {"Accept": "text/html"}, allow_redirects=False)
        assert "elsewhere" not in answer.text + str(answer.headers)
        assert "javascript:" not in answer.text + str(answer.headers)


def test_no_page_shows_markup_of_a_stranger(edge: Edge) -> None:
    markup = "<script>alert(1)</script>"
    for path in (
        f"/problems/{markup}",
        f"/{markup}",
        f"/docs?{markup}",
        f"/v1/orders/{markup}",
        f"/docs/assets/{markup}",
    ):
        answer = edge.ask("GET", path, headers={"Accept": "text/html"})
        assert markup not in answer.text


def test_no_secret_stands_in_a_log(
    edge: Edge, api: Api, live: LiveProcess, gateway: GatewayProcess, serve: Serve, mailbox: Mailbox
) -> None:
    """Wherever a secret can be given, rightly or wrongly, also while the database is away."""
    mark = secrets.token_hex(8)
    password, payment_token = f"password-{mark}", f"tok_{mark}"
    email = f"{mark}@pedidos.example"
    credentials = {"email": email, "password": password}
    for _ in range(2):
        assert edge.ask("POST", "/v1/accounts", json=credentials | {"name": "Eva"}).status_code == 202
    mail_token = mailbox.token(email)  # of the second mail: a link to choose another password
    confirm(api, mailbox, email, password)
    edge.ask("POST", "/v1/auth/reset-password", json={"token": mail_token, "new_password": "short"})
    tokens = edge.ask("POST", "/v1/auth/token", json=credentials).json()
    refreshed = edge.ask("POST", "/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}).json()
    edge.ask("POST", "/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})  # used before
    access = tokens["access_token"]
    assert edge.place(access, api.order_body(payment_token=payment_token)).status_code == 202
    for wrong in ({"payment_token": f"{payment_token} "}, {"items": [], "payment_token": payment_token}):
        assert edge.place(access, api.order_body(**wrong)).status_code == 422
    edge.ask("POST", "/v1/auth/token", json=credentials | {"email": password})
    edge.ask("POST", "/v1/auth/token", data=f'{{"password": "{password}"', headers={"Content-Type": "application/json"})
    with edge.ask("GET", "/v1/events", access, stream=True) as stream:
        assert stream.status_code == 200
    edge.ask("GET", f"/v1/events?access_token={access}")
    edge.ask("GET", "/v1/me", access + "x")
    charge: dict[str, Any] = {"amount_cents": 100, "token": payment_token}
    for body in (charge, charge | {"amount_cents": "x"}):
        headers = {"Idempotency-Key": mark, **bearer(PLATFORM_KEY)}
        requests.post(f"{gateway.url}/v1/charges", json=body, headers=headers, timeout=20)
    away = serve(database_url="postgresql://nobody@127.0.0.1:1/nothing", database_timeout_seconds=0.2)
    body = away.order_body(payment_token=payment_token)
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    assert away.ask("POST", "/v1/orders", token=access, json=body, headers=headers).status_code == 503
    assert away.ask("POST", "/v1/auth/token", json=credentials).status_code == 503
    logs = [api.child.log, away.child.log, live.child.log, edge.log, *gateway.book.parent.parent.glob("*.log")]
    texts = [log.read_text() for log in logs]
    kept = [
        password,
        payment_token,
        mail_token,
        access,
        tokens["refresh_token"],
        refreshed["refresh_token"],
        PASSWORD,
        PLATFORM_KEY,
    ]
    assert not [secret for secret in kept if any(secret in text for text in texts)]
