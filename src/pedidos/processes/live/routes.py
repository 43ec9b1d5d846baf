"""Routes of the live process. Each view declares who may use it, as those of the api do (`http.roles`)."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pedidos.domain.access import Identity
from pedidos.http.context import RequestContext
from pedidos.http.roles import require, roles_of

View = Callable[[Request], Awaitable[Response]]


Identify = Callable[[Request], Awaitable[Identity]]
"""Finds out who sends a request. Raises Unauthenticated."""


def get(path: str, view: View, identify: Identify) -> Route:
    """A route that checks the caller before the view runs. Raises TypeError for a view that declares no roles.

    It has no HEAD, which Starlette adds: HEAD would open a stream whose body may not be sent.
    """
    roles = roles_of(view)

    async def checked(request: Request) -> Response:
        context: RequestContext = request.state.context
        context.order_id = request.path_params.get("order_id")
        if roles is not None:
            context.identity = await identify(request)
            require(context.identity, roles)
        return await view(request)

    route = Route(path, checked)
    route.methods = {"GET"}
    return route


def caller(request: Request) -> Identity:
    """The account of the request. Raises LookupError for a public view, which has none."""
    identity: Identity | None = request.state.context.identity
    if identity is None:
        raise LookupError("a public view has no account")
    return identity
