"""What every request and answer has: an id, a line in the log, headers that make browsers careful."""

import re
import secrets
import time

import structlog
from flask import Flask, Response, g, request

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")
TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

log = structlog.get_logger("pedidos.api")

SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
)
API_POLICY = "default-src 'none'; frame-ancestors 'none'"

_QUIET = frozenset({"/livez", "/readyz"})


def install(app: Flask) -> None:
    """Lets the app give each exchange its id, its headers and its line in the log."""
    app.before_request(_begin)
    app.after_request(_finish)


def traceparent() -> str:
    """The W3C trace context of this request: the caller's if it is well-formed, otherwise a new one."""
    given = request.headers.get("traceparent")
    if given is not None and TRACEPARENT.fullmatch(given):
        return given
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def _begin() -> None:
    g.began = time.perf_counter()
    given = request.headers.get("X-Request-Id")
    g.request_id = given if given is not None and REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = g.request_id
    for name, value in SECURITY_HEADERS:
        headers[name] = value
    headers.setdefault("Content-Security-Policy", API_POLICY)
    headers.setdefault("Cache-Control", "no-store")
    rule = request.url_rule.rule if request.url_rule else None
    if rule in _QUIET and response.status_code < 400:
        return response
    identity = g.get("identity")
    log.info(
        "request",
        method=request.method,
        route=rule,
        status=response.status_code,
        ms=round((time.perf_counter() - g.began) * 1000, 2),
        request_id=g.request_id,
        account_id=str(identity.account_id) if identity else None,
    )
    return response
