"""The HTTP side of the live process: who may open which stream, and health."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import orjson
import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pedidos.domain.cursor import Cursor
from pedidos.processes.api import problems
from pedidos.processes.api.problems import Problem
from pedidos.processes.live.connection import Chunks, Connection, Connections, EventStream
from pedidos.processes.live.database import Database
from pedidos.processes.live.exchange import Exchange
from pedidos.processes.live.streams import NothingFollows, Streams, Viewer
from pedidos.security.tokens import Identity, InvalidToken, TokenVerifier
from pedidos.storage.event_log.boundary import current_boundary

log = structlog.get_logger()

_OF_STATUS: dict[int, type[Problem]] = {404: problems.NotFound, 405: problems.MethodNotAllowed}
_INVALID_TOKEN = {"WWW-Authenticate": 'Bearer realm="pedidos", error="invalid_token"'}


@dataclass(frozen=True)
class Live:
    """What the views need. following: whether the tail is at its work, so that no event passes a new stream."""

    verifier: TokenVerifier
    connections: Connections
    database: Database
    streams: Streams
    following: Callable[[], bool]

    async def order_events(self, request: Request) -> Response:
        viewer = self._viewer(request)
        try:
            order_id = UUID(request.path_params["order_id"])
        except ValueError as error:
            raise problems.NotFound from error
        after = _last_event_id(request)
        return await self._stream(viewer, lambda c: self.streams.order_events(viewer, order_id, after, c.overflow))

    async def own_events(self, request: Request) -> Response:
        viewer = self._viewer(request)
        after = _last_event_id(request)
        return await self._stream(viewer, lambda c: self.streams.own_events(viewer, after, c.overflow))

    async def livez(self, _request: Request) -> Response:
        return _json({"status": "ok"})

    async def readyz(self, _request: Request) -> Response:
        if not self.following():
            raise problems.Unavailable("Kafka's partitions are not assigned yet.")
        await self.database.ask(current_boundary)
        return _json({"status": "ok"})

    def _viewer(self, request: Request) -> Viewer:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise problems.Unauthenticated
        try:
            identity: Identity = self.verifier.verify(token)
        except InvalidToken as error:
            raise problems.Unauthenticated(str(error), headers=_INVALID_TOKEN) from error
        request.state.account_id = identity.account_id
        return Viewer(identity)

    async def _stream(self, viewer: Viewer, begin: Callable[[Connection], Chunks]) -> Response:
        if not self.following():
            raise problems.Unavailable("The live stream is still starting.")
        connection = self.connections.add()
        if connection is None:
            raise problems.Unavailable("There are as many live streams as this server holds.")
        chunks = begin(connection)
        opened = False
        try:
            first = await anext(chunks)
            opened = True
        except NothingFollows:
            return Response(status_code=204)  # HTML, 9.2.3: a client that gets 204 does not come back
        except asyncio.CancelledError as error:
            if connection.dropped is None:
                raise
            connection.stay()
            raise problems.Unavailable("The stream could not be opened: try again.") from error
        finally:
            if not opened:
                self.connections.remove(connection)
        return EventStream(
            first, chunks, connection, viewer.identity.expires_at, lambda: self.connections.remove(connection)
        )


def make_app(live: Live) -> Starlette:
    return Starlette(
        routes=[
            _get("/v1/orders/{order_id}/events", live.order_events),
            _get("/v1/events", live.own_events),
            _get("/livez", live.livez),
            _get("/readyz", live.readyz),
        ],
        middleware=[Middleware(Exchange)],
        exception_handlers={Problem: _problem, HTTPException: _of_framework, Exception: _fault},
    )


def _get(path: str, view: Callable[[Request], Awaitable[Response]]) -> Route:
    """Without HEAD, which Starlette adds: it would open a stream of which nothing may be sent."""
    route = Route(path, view)
    route.methods = {"GET"}
    return route


def _last_event_id(request: Request) -> Cursor | None:
    given = request.headers.get("Last-Event-ID") or request.query_params.get("last_event_id")
    if not given:
        return None
    cursor = Cursor.parse(given)
    if cursor is None:
        raise problems.BadRequest("Last-Event-ID is not the id of one of our events.")
    return cursor


async def _problem(request: Request, error: Exception) -> Response:
    problem = error if isinstance(error, Problem) else problems.InternalError()
    return Response(
        orjson.dumps(problem.document(request.state.request_id)),
        problem.status,
        {**problem.headers, **problem.extra_headers},
        "application/problem+json",
    )


async def _of_framework(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    kind = _OF_STATUS.get(error.status_code, problems.BadRequest)
    return await _problem(request, kind(headers=error.headers or {}))


async def _fault(request: Request, error: Exception) -> Response:
    log.error("unhandled exception", exc_info=error, request_id=request.state.request_id)
    return await _problem(request, error)


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")
