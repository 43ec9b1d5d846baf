"""ASGI middleware: gives requests a context and responses their headers, answers errors, and logs requests."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pedidos.http import security_headers
from pedidos.http.context import RequestContext
from pedidos.http.error_handling import CONTENT_TYPE, of_status, problem_of, rendered
from pedidos.http.languages import locale_of
from pedidos.http.problems import Problem

_HEADERS = (*security_headers.ALWAYS, *security_headers.UNLESS_SET)


class ContextMiddleware:
    """Sets request.state.context. A stream ends when its client has gone, or when it is dropped: then the log line says
    why (state.ended)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        context = RequestContext(Headers(scope=scope).get("X-Request-Id"))
        state = scope.setdefault("state", {})
        state["context"] = context

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                context.status = message["status"]
                headers = MutableHeaders(raw=list(message["headers"]))
                headers["X-Request-Id"] = context.request_id
                for name, value in _HEADERS:
                    headers.setdefault(name, value)
                message["headers"] = headers.raw
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            if context.status:  # the response has begun
                raise
            await (await answer_error(Request(scope), error))(scope, receive, send_with_headers)
        finally:
            context.finish(scope["path"], method=scope["method"], path=scope["path"], ended=state.get("ended"))


async def answer_error(request: Request, error: Exception) -> Response:
    """The response to an exception. The middleware calls it for every exception. It must also replace Starlette's own
    handler of HTTPException, which would answer before the middleware."""
    context: RequestContext = request.state.context
    if isinstance(error, HTTPException) and 400 <= error.status_code < 500:
        problem: Problem = of_status(error.status_code, error.headers or {})
    else:
        problem = problem_of(error, context)
    status, headers, body = rendered(problem, context, locale_of(request.headers.get("Accept-Language")))
    return Response(body, status, dict(headers), CONTENT_TYPE)
