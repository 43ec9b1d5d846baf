"""Limits how often one client address may sign in, register or refresh tokens."""

import functools
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, Response, request
from flask_limiter import Limiter, RequestLimit
from limits import parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from pedidos.http import problems
from pedidos.processes.api import errors
from pedidos.settings.groups import SignInSettings

View = TypeVar("View", bound=Callable[..., Any])

BROKER_TIMEOUT_SECONDS = 0.25


class OwnCounts(MemoryStorage):
    """Counts in the memory of this process, for many threads.

    The class of the library can start one timer twice when two threads count at the same moment, which raises
    RuntimeError (limits, issue 26; still so in 5.8.0).
    """

    STORAGE_SCHEME = ["own-counts"]  # noqa: RUF012  # as the library declares it

    def __init__(self, uri: str | None = None, **options: Any) -> None:
        self._one_at_a_time = threading.Lock()
        super().__init__(uri, **options)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Returns the new count. expiry: in seconds."""
        with self._one_at_a_time:
            return super().incr(key, expiry, amount)


def limited(view: View) -> View:
    """Marks a view whose uses are counted per client address."""
    view.limited = True  # type: ignore[attr-defined]
    return view


def is_limited(view: Callable[..., Any]) -> bool:
    """Whether the view's uses are counted."""
    return getattr(view, "limited", False)


def install(app: Flask, settings: SignInSettings) -> None:
    """Counts the uses of the app's limited views, for each view separately. Call it after all views are registered.

    The counts are in the broker if that is Redis or Valkey, so that all api processes count together. Otherwise, and
    while the broker is unavailable, each process counts alone. Raises ValueError for an invalid limit.
    """
    _check(settings.sign_in_limit)
    broker = settings.broker_url or ""
    shared = broker.startswith(("redis://", "rediss://"))
    patience: dict[str, Any] = {
        "socket_timeout": BROKER_TIMEOUT_SECONDS,
        "socket_connect_timeout": BROKER_TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 0),  # the default of redis-py takes seconds, and the sign-in would wait
    }
    limiter = Limiter(
        _client_address,
        storage_uri=broker if shared else "own-counts://",
        storage_options=patience if shared else {},
        in_memory_fallback_enabled=shared,
        key_prefix="pedidos-limits",
        on_breach=_refuse,
    )
    # If the app has this extension already, the library installs no hooks. They cost each request up to a tenth of a
    # millisecond, and the wrapped views do the same themselves.
    app.extensions["limiter"] = {limiter}
    limiter.init_app(app)
    if shared:
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


def _refuse(limit: RequestLimit) -> Response:
    seconds = max(1, round(limit.reset_at - time.time()))
    return errors.answer(problems.TooManyRequests(headers={"Retry-After": str(seconds)}))


def _client_address() -> str:
    return request.remote_addr or "unknown"
