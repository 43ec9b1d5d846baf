"""What every request and answer has: an id, a line in the log, headers that make browsers careful."""

import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from threading import get_ident
from typing import TYPE_CHECKING, Any

import structlog
from flask import request
from werkzeug.wrappers import Request

from pedidos.processes.heart import STUCK_SECONDS
from pedidos.security.tokens import Identity

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

_CAREFUL = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
]
_UNLESS_SAID_OTHERWISE = [
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]
_QUIET = frozenset({"/livez", "/readyz"})
"""Asked every few seconds: logged only when they fail."""

_KEY = "pedidos.exchange"

log = structlog.get_logger("pedidos.api")


class Exchange:
    """One request and its answer. identity is set once the caller is known, status and route once there is an answer.
    afterwards: done once the answer is sent."""

    __slots__ = ("afterwards", "began", "identity", "request_id", "route", "status")

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self.identity: Identity | None = None
        self.status = 0
        self.route: str | None = None
        self.afterwards: list[Callable[[], object]] = []
        self.began = time.perf_counter()


def exchange() -> Exchange:
    """The exchange that the current request belongs to."""
    current: Exchange = request.environ[_KEY]
    return current


def traceparent() -> str:
    """The W3C trace context of the current request: the caller's if it is well-formed, otherwise a new one."""
    given = request.environ.get("HTTP_TRACEPARENT")
    if given is not None and _TRACEPARENT.fullmatch(given):
        return str(given)
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


class Exchanges:
    """WSGI middleware: around Flask and not within it, so that it sees every answer, and costs little."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._under_way: dict[int, float] = {}

    def go_on(self, threads: int) -> bool:
        """False if all threads, `threads` of them, are each at a request for longer than any request may take."""
        begun = list(self._under_way.values())
        return len(begun) < threads or max(begun) > time.perf_counter() - STUCK_SECONDS

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID")
        current = Exchange(given if given is not None and _REQUEST_ID.fullmatch(given) else secrets.token_hex(16))
        environ[_KEY] = current

        def answer(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            said = {name for name, _ in headers}
            headers += _CAREFUL
            headers += [header for header in _UNLESS_SAID_OTHERWISE if header[0] not in said]
            headers.append(("X-Request-Id", current.request_id))
            current.status = int(status[:3])
            current.route = _route(environ)  # Flask forgets its request before the body is closed
            return start_response(status, headers, exc_info)

        thread = get_ident()
        self._under_way[thread] = current.began
        try:
            return _Body(self._app(environ, answer), environ, current)
        finally:
            del self._under_way[thread]


class _Body:
    """The body of an answer. What is to be logged of it comes when it is closed: the server has sent it by then."""

    __slots__ = ("_body", "_current", "_environ")

    def __init__(self, body: Iterable[bytes], environ: "WSGIEnvironment", current: Exchange) -> None:
        self._body = body
        self._environ = environ
        self._current = current

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        if hasattr(self._body, "close"):
            self._body.close()
        for each in self._current.afterwards:
            each()
        _log(self._environ, self._current)


def _route(environ: "WSGIEnvironment") -> str | None:
    flask_request: Request | None = environ.get("werkzeug.request")
    rule = getattr(flask_request, "url_rule", None)
    return rule.rule if rule else None


def _log(environ: "WSGIEnvironment", current: Exchange) -> None:
    if current.route in _QUIET and current.status < 400:
        return
    log.info(
        "request",
        method=environ["REQUEST_METHOD"],
        route=current.route,
        status=current.status,
        ms=round((time.perf_counter() - current.began) * 1000, 2),
        request_id=current.request_id,
        account_id=current.identity.account_id if current.identity else None,
    )
