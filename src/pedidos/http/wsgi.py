"""WSGI middleware: gives requests a context and responses their headers, and logs requests after the response."""

import time
from collections.abc import Callable, Iterable, Iterator
from threading import Semaphore, get_ident
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Flask, request
from werkzeug.wrappers import Request

from pedidos.http import context, security_headers
from pedidos.http.context import RequestContext
from pedidos.http.edge import ClientAddress

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_KEY = "pedidos.context"
_MIDDLEWARE = "pedidos.middleware"
_AT_END = "pedidos.at_end"


def install(app: Flask, edge_key: str | None, at_a_time: int | None = None) -> None:
    """Wraps the app in the middleware. edge_key: of the edge, which is believed about the client's address only.
    at_a_time: requests that are handled at a time, if the server has more threads than that, for streams."""
    middleware = ContextMiddleware(app.wsgi_app)
    inner = middleware if at_a_time is None else AtATime(middleware, at_a_time)
    app.wsgi_app = ClientAddress(inner, edge_key)  # type: ignore[method-assign]
    app.extensions[_MIDDLEWARE] = middleware


def at_end(app: Flask, work: Callable[[], object]) -> None:
    """Has the work done when the process is told to end: before the requests that are handled then are finished."""
    app.extensions.setdefault(_AT_END, []).append(work)


def end(app: Flask) -> None:
    """Does that work."""
    for work in app.extensions.get(_AT_END, []):
        work()


def middleware_of(app: Flask) -> "ContextMiddleware":
    """The middleware of the app, which knows all requests in progress."""
    found: ContextMiddleware = app.extensions[_MIDDLEWARE]
    return found


def current() -> RequestContext:
    """The context of the request that the thread handles."""
    return context_of(request.environ)


def context_of(environ: "WSGIEnvironment") -> RequestContext:
    """The context of this request."""
    found: RequestContext = environ[_KEY]
    return found


def traceparent() -> str | None:
    """The W3C trace context that the current request was sent in, if any."""
    return context.traceparent(request.environ.get("HTTP_TRACEPARENT"))


class ContextMiddleware:
    """Wraps Flask, instead of using its hooks: so it sees every response and costs little."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._under_way: dict[int, float] = {}

    def makes_progress(self, threads: int, stuck_seconds: float) -> bool:
        """False if each of the `threads` threads has worked at one request for longer than stuck_seconds."""
        begun = list(self._under_way.values())
        return len(begun) < threads or max(begun) > time.perf_counter() - stuck_seconds

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        own = RequestContext(environ.get("HTTP_X_REQUEST_ID"))
        environ[_KEY] = own
        route: str | None = None

        def finish() -> None:
            own.finish(route, method=environ["REQUEST_METHOD"], route=route)

        def answer(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            given = {name for name, _ in headers}
            headers += security_headers.ALWAYS
            headers += [header for header in security_headers.UNLESS_SET if header[0] not in given]
            headers.append(("X-Request-Id", own.request_id))
            nonlocal route
            own.status = int(status[:3])
            route, named = _routed(environ)  # Flask drops its request before the body is closed
            own.order_id = own.order_id or named
            return start_response(status, headers, exc_info)

        thread = get_ident()
        self._under_way[thread] = own.began
        try:
            return LoggedBody(self._app(environ, answer), finish)
        finally:
            del self._under_way[thread]


class AtATime:
    """Lets in a number of requests at a time; the others wait, each in its thread. An answer that is being sent, such
    as a stream, is not counted."""

    def __init__(self, app: "WSGIApplication", most: int) -> None:
        self._app = app
        self._places = Semaphore(most)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        with self._places:
            return self._app(environ, start_response)


class LoggedBody:
    """The body of a response. The server closes it after sending it; only then the log line is written."""

    __slots__ = ("_body", "_finish")

    def __init__(self, body: Iterable[bytes], finish: Callable[[], None]) -> None:
        self._body = body
        self._finish = finish

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        if hasattr(self._body, "close"):
            self._body.close()
        self._finish()


def _routed(environ: "WSGIEnvironment") -> tuple[str | None, UUID | None]:
    """The route, and the order that the path names."""
    flask_request: Request | None = environ.get("werkzeug.request")
    rule = getattr(flask_request, "url_rule", None)
    named = getattr(flask_request, "view_args", None) or {}
    return (rule.rule if rule else None), named.get("order_id")
