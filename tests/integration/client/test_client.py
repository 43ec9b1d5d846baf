"""The client against a small server that misbehaves: cut streams, expired tokens, 503, lost answers."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import stamina
from aiohttp import web

from pedidos_local.client import stream as client_stream
from pedidos_local.client.api_client import Address, ApiClient, Refused, Unreachable
from pedidos_local.client.stream import StreamLost, follow

EVENTS = 200


@dataclass
class Shop:
    """What the server remembers, and how it is going to misbehave."""

    chance: random.Random = field(default_factory=lambda: random.Random(7))
    tokens: int = 0
    connections: int = 0
    keys: list[str] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)

    async def sign_in(self, _: web.Request) -> web.Response:
        self.tokens += 1
        return web.json_response({"access_token": f"token-{self.tokens}", "expires_in": 900})

    async def place(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers["Idempotency-Key"])
        if self.failures:
            status = self.failures.pop(0)
            if status == 0:
                assert request.transport is not None
                request.transport.abort()  # the answer is lost
            return web.json_response({"detail": "not now"}, status=status or 500, headers={"Retry-After": "0"})
        return web.json_response({"id": "o-1", "status": "received"}, status=202)

    async def events(self, request: web.Request) -> web.StreamResponse:
        self.connections += 1
        if request.headers["Authorization"] == "Bearer token-1" and self.connections > 5:
            return web.json_response({"detail": "expired"}, status=401)
        if self.chance.random() < 0.2:
            return web.json_response({"detail": "full"}, status=503)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"retry: 100\n\n")
        first = int(request.headers.get("Last-Event-ID", "0").partition("-")[0]) + 1
        for number in range(first, EVENTS + 1):
            text = f'id: {number}-0\nevent: order.placed\ndata: {{"order_id": "{number}"}}\n\n: a comment\n\n'
            if self.chance.random() < 0.05:
                await response.write(text[: self.chance.randrange(len(text))].encode())
                assert request.transport is not None
                request.transport.abort()
                return response
            await response.write(text.encode())
        await response.write(b'event: end\ndata: {"reason": "the token has expired"}\n\n')
        return response


@asynccontextmanager
async def serving(shop: Shop) -> AsyncIterator[ApiClient]:
    app = web.Application()
    app.router.add_post("/v1/auth/token", shop.sign_in)
    app.router.add_post("/v1/orders", shop.place)
    app.router.add_get("/v1/events", shop.events)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        async with ApiClient(Address(f"http://{host}:{port}", None), "a@b.example", "secret") as someone:
            yield someone
    finally:
        await runner.cleanup()


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(client_stream, "PAUSE_SECONDS", (0.0, 0.0))
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


def with_person(shop: Shop, act: Callable[[ApiClient], Awaitable[None]]) -> None:
    async def scene() -> None:
        async with serving(shop) as someone:
            await act(someone)

    asyncio.run(scene())


@pytest.mark.parametrize("seed", range(5))
def test_a_stream_cut_anywhere_is_resumed_without_gap_or_repetition(seed: int) -> None:
    shop = Shop(random.Random(seed))
    seen: list[int] = []

    async def act(someone: ApiClient) -> None:
        async for event in follow(someone, "/v1/events"):
            seen.append(int(event.data["order_id"]))
            if seen[-1] == EVENTS:
                break

    with_person(shop, act)
    assert seen == list(range(1, EVENTS + 1))
    assert shop.connections > 5
    assert shop.tokens == 2, "the one that had expired was replaced"


def test_a_stream_cut_before_anything_came_is_resumed_where_it_began() -> None:
    class Cutting(Shop):
        def __init__(self) -> None:
            super().__init__()
            self.asked: list[str | None] = []

        async def events(self, request: web.Request) -> web.StreamResponse:
            self.asked.append(request.headers.get("Last-Event-ID"))
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await response.prepare(request)
            if len(self.asked) == 1:
                await response.write(b"retry: 100\n\n")  # and nothing that one could come back to
            elif len(self.asked) == 2:
                await response.write(b"retry: 100\n\nid: 7-0\n\nid: 8-1\nevent: order.placed\ndata: {}\n")
            else:
                await response.write(b"id: 8-1\nevent: order.placed\ndata: {}\n\n")
            assert request.transport is not None
            request.transport.abort()
            return response

    shop = Cutting()
    stood: list[int] = []

    async def act(someone: ApiClient) -> None:
        event = await anext(aiter(follow(someone, "/v1/events", lambda: stood.append(len(shop.asked)))))
        assert event.id == "8-1"

    with_person(shop, act)
    assert shop.asked == [None, None, "7-0"]
    assert stood == [2, 3]


def test_a_stream_that_stays_away_is_given_up() -> None:
    class Closed(Shop):
        async def events(self, _: web.Request) -> web.StreamResponse:
            self.connections += 1
            return web.json_response({"detail": "full"}, status=503)

    shop = Closed()

    async def act(someone: ApiClient) -> None:
        with pytest.raises(StreamLost, match="full"):
            await anext(aiter(follow(someone, "/v1/events")))

    with_person(shop, act)
    assert shop.connections == 12


def test_an_order_is_repeated_under_one_key() -> None:
    shop = Shop(failures=[503, 0, 429])

    async def act(someone: ApiClient) -> None:
        assert (await someone.place("m", {"p": 1}, "tok_ok"))["id"] == "o-1"

    with_person(shop, act)
    assert len(shop.keys) == 4
    assert len(set(shop.keys)) == 1


def test_what_cannot_succeed_is_not_repeated() -> None:
    shop = Shop(failures=[422, 422])

    async def act(someone: ApiClient) -> None:
        with pytest.raises(Refused, match="422: not now"):
            await someone.place("m", {}, "tok_ok")

    with_person(shop, act)
    assert len(shop.keys) == 1


def test_an_address_that_does_not_answer() -> None:
    async def scene() -> None:
        async with ApiClient(Address("http://127.0.0.1:9", None), "a@b.example", "secret") as someone:
            with pytest.raises(Unreachable, match="/v1/auth/token: Cannot connect"):
                await someone.merchants()

    asyncio.run(scene())
