"""Limits how often one client may sign in, register or refresh tokens."""

import functools
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, Response, request
from flask_limiter import Limiter, RequestLimit
from limits import parse_many
from limits.strategies import FixedWindowRateLimiter
from redis import RedisError

from pedidos.domain.client_network import network
from pedidos.http import problems
from pedidos.http.counting import OwnCounts, shared_counts
from pedidos.http.problems import Problem
from pedidos.settings.groups.identity import SignInSettings

View = TypeVar("View", bound=Callable[..., Any])


def limited(view: View) -> View:
    """Marks a view whose uses are counted per client: an IPv4 address, or an IPv6 /64."""
    view.limited = True  # type: ignore[attr-defined]
    return view


def is_limited(view: Callable[..., Any]) -> bool:
    """Whether the view's uses are counted."""
    return getattr(view, "limited", False)


def install(app: Flask, settings: SignInSettings, answer: Callable[[Problem], Response]) -> None:
    """Counts the uses of the app's limited views, for each view separately. Call it after all views are registered.

    The counts are in the broker if that is Redis or Valkey, so that all api processes count together. Otherwise, and
    while the broker is unavailable, each process counts alone. Raises ValueError for an invalid limit.
    """
    _check(settings.sign_in_limit)
    broker = shared_counts(settings)
    limiter = Limiter(
        _client,
        storage_uri=broker.uri if broker else "own-counts://",
        storage_options=broker.options if broker else {},
        in_memory_fallback_enabled=broker is not None,
        key_prefix="pedidos-limits",
        on_breach=lambda limit: answer(_refusal(limit)),
    )
    # If the app has this extension already, the library installs no hooks. They cost each request up to a tenth of a
    # millisecond, and the wrapped views do the same themselves.
    app.extensions["limiter"] = {limiter}
    limiter.init_app(app)
    if broker is not None:
        # Private: the library creates its fallback itself, and has no parameter for it.
        limiter._fallback_limiter = FixedWindowRateLimiter(OwnCounts())
    limit = limiter.limit(settings.sign_in_limit)
    for endpoint, view in app.view_functions.items():
        if is_limited(view):
            app.view_functions[endpoint] = cast(Any, _in_spite_of_the_broker(limit(view)))


def _in_spite_of_the_broker(counted: View) -> View:
    """Repeats the count after an error of the broker.

    If several requests find the broker unavailable at the same moment, the library falls back for one of them and
    raises for the others. Their views have not begun, and the second count is in memory.
    """

    @functools.wraps(counted)
    def answer(**values: object) -> object:
        try:
            return counted(**values)
        except RedisError:
            return counted(**values)

    return cast(View, answer)


def _check(limit: str) -> None:
    # Here and not in the settings: importing the parser takes longer than importing all settings.
    try:
        parse_many(limit)
    except ValueError as error:
        message = f"PEDIDOS_SIGN_IN_LIMIT: {error}. It is written as 20 per minute, or 20 per minute; 100 per hour."
        raise ValueError(message) from error


def _refusal(limit: RequestLimit) -> Problem:
    seconds = max(1, round(limit.reset_at - time.time()))
    return problems.TooManyRequests(headers={"Retry-After": str(seconds)})


def _client() -> str:
    return network(request.remote_addr or "unknown")
