"""The context of a request: its id, its account, the status of its response, and its log line."""

import random
import re
import time
from collections.abc import Callable
from uuid import UUID

import structlog

from pedidos.domain.access import Identity

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

HEALTH_CHECKS = frozenset({"/livez", "/readyz"})
"""Requested every few seconds, so they are logged only if they fail."""

log = structlog.get_logger("pedidos.http")


def _new_id() -> str:
    """It has to be unique, and is not a secret. The system's own source of random bits would take 20 µs, because other
    threads run meanwhile."""
    return f"{random.getrandbits(128):032x}"


class RequestContext:
    """One request and its response.

    identity: set once the caller is authenticated. order_id: the order that the request is about. status: set once the
    response begins. after_answer: called after the response is sent.
    """

    __slots__ = ("after_answer", "began", "identity", "order_id", "request_id", "status")

    def __init__(self, given_id: str | None) -> None:
        """given_id: the X-Request-Id of the request. If it is not safe to repeat, a new one replaces it."""
        usable = given_id is not None and _REQUEST_ID.fullmatch(given_id)
        self.request_id: str = given_id if usable else _new_id()  # type: ignore[assignment]
        self.identity: Identity | None = None
        self.order_id: UUID | str | None = None
        self.status = 0
        self.after_answer: list[Callable[[], object]] = []
        self.began = time.perf_counter()

    @property
    def began_ns(self) -> int:
        """When the request arrived, in nanoseconds since the epoch."""
        return time.time_ns() - round((time.perf_counter() - self.began) * 1e9)

    def finish(self, path: str | None, /, **request: str | None) -> None:
        """To be called after the response is sent. Writes the log line; request: further members of it."""
        for each in self.after_answer:
            each()
        if path in HEALTH_CHECKS and self.status < 400:
            return
        order = {} if self.order_id is None else {"order_id": self.order_id}
        log.info(
            "request",
            **request,
            **order,
            status=self.status,
            ms=round((time.perf_counter() - self.began) * 1000, 2),
            request_id=self.request_id,
            account_id=self.identity.account_id if self.identity else None,
        )


def traceparent(given: str | None) -> str | None:
    """The W3C trace context that a request was sent in; None if it is missing or malformed."""
    return given if given is not None and _TRACEPARENT.fullmatch(given) else None
