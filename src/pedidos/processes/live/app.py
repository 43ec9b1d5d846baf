"""The HTTP endpoints of the live process: streams of events, and health."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType, MethodType
from uuid import UUID

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from pedidos.domain.access import SEE_ORDERS, Identity, Role
from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.seen import Seen
from pedidos.http import problems
from pedidos.http.asgi import ContextMiddleware, answer_error
from pedidos.http.authentication import SESSION_COOKIE, Authenticator, cookie_hash, identity_of
from pedidos.http.languages import headers_of, locale_of
from pedidos.http.roles import allow, public
from pedidos.processes.live.connection import Chunks, Connection, Connections, EventStream
from pedidos.processes.live.database import Database
from pedidos.processes.live.routes import caller, get
from pedidos.processes.live.streams import NothingFollows, Streams
from pedidos.sentence import Sentence
from pedidos.storage.accounts import cookie_sessions
from pedidos.storage.audit_log import writing
from pedidos.storage.event_log.boundary import current_boundary


@dataclass(frozen=True)
class Live:
    """The endpoints. following: whether the consumer is at work, so that a new stream misses no event.
    operators_need_factor: whether the session of an operator without a second factor opens nothing."""

    authenticator: Authenticator
    connections: Connections
    database: Database
    streams: Streams
    following: Callable[[], bool]
    operators_need_factor: bool

    async def identify(self, request: Request) -> Identity:
        """By the access token, or by the session in a browser's cookie.

        A page of another site cannot send that cookie (SameSite=Strict), nor read the answer.
        """
        hashed = cookie_hash(request.cookies.get(SESSION_COOKIE))
        if hashed is None or "Authorization" in request.headers:
            return self.authenticator.identity(request.headers.get("Authorization"))
        session = await self.database.ask(cookie_sessions.find, hashed)
        if session is None:
            raise problems.Unauthenticated
        if self.operators_need_factor and session.role == Role.OPERATOR and not session.second_factor:
            raise problems.SecondFactorMissing
        return identity_of(session)

    @allow(*SEE_ORDERS)
    async def order_events(self, request: Request) -> Response:
        identity = caller(request)
        try:
            order_id = UUID(request.path_params["order_id"])
        except ValueError as error:
            raise problems.NotFound from error
        after = _last_event_id(request)
        await self._note_operator(request, identity, str(order_id))
        locale = locale_of(request.headers.get("Accept-Language"))
        return await self._stream(
            identity, locale, lambda c: self.streams.order_events(identity, locale, order_id, after, c.overflow)
        )

    @allow(*SEE_ORDERS)
    async def own_events(self, request: Request) -> Response:
        identity = caller(request)
        after = _last_event_id(request)
        await self._note_operator(request, identity, None)
        locale = locale_of(request.headers.get("Accept-Language"))
        return await self._stream(
            identity, locale, lambda c: self.streams.own_events(identity, locale, after, c.overflow)
        )

    @public
    async def livez(self, _request: Request) -> Response:
        return _json({"status": "ok"})

    @public
    async def readyz(self, _request: Request) -> Response:
        if not self.following():
            raise problems.Unavailable(Sentence("The process is still connecting to Kafka."))
        await self.database.ask(current_boundary)
        return _json({"status": "ok"})

    async def _note_operator(self, request: Request, identity: Identity, order_id: str | None) -> None:
        """An operator sees the orders of others, and the audit log says so."""
        if identity.role is Role.OPERATOR:
            request_id = request.state.context.request_id
            who = Who(identity.account_id, identity.role, identity.session_id, request_id=request_id)
            await self.database.ask(writing.record, Entry(Action.ORDER_WATCHED, who, order_id))

    async def _stream(self, identity: Identity, locale: str, begin: Callable[[Connection], Chunks]) -> Response:
        if not self.following():
            raise problems.Unavailable(Sentence("The server is still starting."))
        self.authenticator.require_valid(identity)  # streams that are revoked are ended from here on
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # a view runs in a task
        connection = self.connections.add(task, identity)
        chunks = begin(connection)
        opened = False
        try:
            first = await anext(chunks)
            opened = True
        except NothingFollows:
            return Response(status_code=204)  # HTML, 9.2.3: a client that gets 204 does not reconnect
        except asyncio.CancelledError as error:
            if connection.dropped is None:
                raise
            connection.stay()
            raise problems.Unavailable(Sentence("The stream could not be opened. Try again.")) from error
        finally:
            if not opened:
                self.connections.remove(connection)
        return EventStream(
            first,
            chunks,
            connection,
            identity.expires_at,
            lambda: self.connections.remove(connection),
            headers_of(locale),
        )


STREAMS: Mapping[str, Callable[[Live, Request], Awaitable[Response]]] = MappingProxyType(
    {"/v1/orders/{order_id}/events": Live.order_events, "/v1/events": Live.own_events}
)
"""The paths of the streams, and their views."""


def make_app(live: Live) -> Starlette:
    """Raises TypeError if a view does not declare who may use it."""
    return Starlette(
        routes=[
            *(get(path, MethodType(view, live), live.identify) for path, view in STREAMS.items()),
            get("/livez", live.livez, live.identify),
            get("/readyz", live.readyz, live.identify),
        ],
        middleware=[Middleware(ContextMiddleware)],
        exception_handlers={HTTPException: answer_error},
    )


def _last_event_id(request: Request) -> Seen | None:
    given = request.headers.get("Last-Event-ID") or request.query_params.get("last_event_id")
    if not given:
        return None
    seen = Seen.parse(given)
    if seen is None:
        raise problems.BadRequest(Sentence("Last-Event-ID is not an event id of this API."))
    return seen


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")
