"""Answers that break the contract, after the money was taken or returned: a provider on a bad day."""

import random
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from aiohttp import web

JSON = "application/json"

Shown = Mapping[str, Any]


def _twice(shown: Shown) -> bytes:
    return orjson.dumps(shown)[:-1] + b',"status":"declined"}'


ANSWERS: tuple[Callable[[Shown], tuple[bytes, str]], ...] = (
    # Correct in everything that matters: only its text cannot be stored.
    lambda shown: (orjson.dumps({**shown, "reason": "thanks\x00"}), JSON),
    lambda shown: (orjson.dumps({**shown, "key": "charge:another", "status": "declined", "reason": "no money"}), JSON),
    lambda shown: (orjson.dumps({**shown, "amount_cents": 1}), JSON),
    lambda shown: (_twice(shown), JSON),
    lambda shown: (orjson.dumps({**shown, "reason": "x" * 1_000_000}), JSON),
    lambda shown: (orjson.dumps(shown) + b"[" * 5000, JSON),
    lambda _shown: (b"<html><h1>captured</h1></html>", "text/html"),
    lambda _shown: (b"\x00\xff", JSON),
)


def nonsense(shown: Shown) -> web.Response:
    """One of these answers, about the given charge."""
    body, content_type = random.choice(ANSWERS)(shown)  # noqa: S311  # a dice, not a secret
    return web.Response(body=body, content_type=content_type)
