"""The simulator's JSON answers, and its errors as problem documents."""

from typing import Any

import orjson
from aiohttp import web

from pedidos_gateway.book import Case, Outcome


def answer(outcome: Outcome) -> web.Response:
    if outcome.case is Case.OTHER_BODY:
        return problem(422, "This Idempotency-Key was used with another body.")
    if outcome.case is Case.IN_PROGRESS or outcome.shown is None:
        return problem(409, "A charge under this key is in progress.", retry_after=1)
    if outcome.case is Case.REPLAYED:
        return as_json(outcome.shown, status=200, headers={"Idempotency-Replayed": "true"})
    return as_json(outcome.shown, status=201)


def as_json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, headers=headers, content_type="application/json")


def problem(status: int, title: str, retry_after: int | None = None) -> web.Response:
    """An error as RFC 9457 describes it."""
    return web.Response(
        body=orjson.dumps({"title": title, "status": status}),
        status=status,
        content_type="application/problem+json",
        headers=None if retry_after is None else {"Retry-After": str(retry_after)},
    )
