"""Every attack, by name."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson

from pedidos.http.static_files import address
from pedidos.sentence import Sentence
from pedidos_bench.attacks import floods, slow_readers
from pedidos_bench.attacks.aim import Aim
from pedidos_bench.attacks.floods import request

ASSET = address("js/swagger-ui-bundle.js")
MANY_ADDRESSES = {"sign_in_limit": "1000000 per minute"}
"""As from many addresses: each has its own limit."""


@dataclass(frozen=True, slots=True)
class Attack:
    """about: what it sends. run: sends it until it is cancelled. changes: settings of the platform that is attacked."""

    about: str
    run: Callable[[Aim], Awaitable[None]]
    changes: Mapping[str, Any] = field(default_factory=dict)


def _register(number: int) -> dict[str, str]:
    return {"email": f"{uuid4().hex}@bench.example", "name": "Eva", "password": f"a long one, number {number}"}


def _hash(aim: Aim, number: int) -> bytes:
    account = _register(number)
    if number % 2:
        return request(aim, "POST", "/v1/accounts", account)
    return request(aim, "POST", "/v1/auth/token", {name: account[name] for name in ("email", "password")})


def _order(aim: Aim, number: int) -> bytes:
    body = orjson.loads(aim.bodies[number % len(aim.bodies)])
    headers = {"Authorization": f"Bearer {aim.tokens[-1]}", "Idempotency-Key": uuid4().hex}
    return request(aim, "POST", "/v1/orders", body, headers)


_UNKNOWN_MEMBERS = {f"m{number}": 0 for number in range(5_900)}

ATTACKS: Mapping[str, Attack] = {
    "assets-unread": Attack(
        Sentence("300 requests for a page's script on two HTTP/2 connections with a window of 0"),
        lambda aim: slow_readers.window_of_zero(aim, ASSET, connections=2, requests=150),
    ),
    "openapi-unread": Attack(
        Sentence("300 requests for the OpenAPI document on two HTTP/2 connections with a window of 0"),
        lambda aim: slow_readers.window_of_zero(aim, "/openapi.json", connections=2, requests=150),
    ),
    "lists-unread": Attack(
        Sentence("300 requests of a customer for their orders on two HTTP/2 connections with a window of 0"),
        lambda aim: slow_readers.window_of_zero(aim, "/v1/orders?limit=100", connections=2, requests=150),
    ),
    "assets-unread-http1": Attack(
        Sentence("300 HTTP/1.1 connections that ask for a page's script and do not read"),
        lambda aim: slow_readers.unread(aim, ASSET, connections=300),
    ),
    "hashing": Attack(
        Sentence("20 sign-ins and 20 registrations at a time, each second"),
        lambda aim: floods.flood(aim, 40, lambda number: _hash(aim, number), pause_seconds=1.0),
        MANY_ADDRESSES,
    ),
    "strangers": Attack(
        Sentence("requests for the list of merchants, without an account, as fast as they are answered, 32 at a time"),
        lambda aim: floods.flood(aim, 32, lambda _: request(aim, "GET", "/v1/merchants")),
    ),
    "readiness": Attack(
        Sentence("requests for /readyz, as fast as they are answered, 40 at a time"),
        lambda aim: floods.flood(aim, 40, lambda _: request(aim, "GET", "/readyz")),
    ),
    "long-accept": Attack(
        Sentence("30 KB of Accept, four at a time"),
        lambda aim: floods.flood(
            aim, 4, lambda _: request(aim, "GET", "/problems", headers={"Accept": "a/b;q=0.1," * 3_000})
        ),
    ),
    "unknown-members": Attack(
        Sentence("bodies of 64 KiB with unknown members to a route without a limit, four at a time"),
        lambda aim: floods.flood(aim, 4, lambda _: request(aim, "POST", "/v1/auth/logout", _UNKNOWN_MEMBERS)),
    ),
    "long-paths": Attack(
        Sentence("paths of 30 KB, four at a time"),
        lambda aim: floods.flood(aim, 4, lambda _: request(aim, "GET", "/v1/orders/" + "x" * 30_000 + "/events")),
    ),
    "orders-of-one": Attack(
        Sentence("orders of one customer, eight at a time"),
        lambda aim: floods.flood(aim, 8, lambda number: _order(aim, number)),
    ),
    "streams-of-one": Attack(
        Sentence("2,000 live streams of one customer"),
        lambda aim: floods.streams(aim, 2_000),
    ),
    "idle-at-the-api": Attack(
        Sentence("300 connections to the api's own port that send nothing"),
        lambda aim: floods.idle(aim.api_port, 300),
    ),
}
