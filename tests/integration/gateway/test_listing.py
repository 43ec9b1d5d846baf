"""A provider whose list of charges is not what it should be, over HTTP: it is not believed, and leads nowhere else."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from pedidos.domain.reconciling import Charge
from pedidos.payments.listing import MAX_BYTES, NoList, charges
from pedidos.settings.groups.orders import GatewaySettings

ORDER = UUID("01900000-0000-7000-8000-000000000001")
PAGE = {"charges": [{"key": f"charge:{ORDER}", "status": "captured", "amount_cents": 100}]}
START = datetime(2026, 1, 1, tzinfo=UTC)

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def at(server: BaseTestServer) -> GatewaySettings:
    return GatewaySettings.make(gateway_url=str(server.make_url("")))


def listed(answer: Answer) -> list[Charge]:
    """What the client reads from a provider that answers each request like this."""

    async def ask() -> list[Charge]:
        app = web.Application()
        app.router.add_get("/v1/charges", answer)
        async with TestServer(app) as server:
            return [charge async for page in charges(at(server), START) for charge in page]

    return asyncio.run(ask())


async def one_page(request: web.Request) -> web.Response:
    return web.json_response(PAGE if not request.query["after"] else {"charges": []})


def test_a_list_is_read_to_its_end() -> None:
    assert listed(one_page) == [Charge(f"charge:{ORDER}", ORDER, "captured", 100)]


def test_a_redirect_is_not_followed() -> None:
    visits: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        visits.append(request.path_qs)
        raise web.HTTPTemporaryRedirect("/v1/charges?since=0&after=")

    with pytest.raises(NoList, match="307"):
        listed(elsewhere)
    assert len(visits) == 1


def test_a_compressed_list_is_not_unfolded() -> None:
    async def compressed(_: web.Request) -> web.Response:
        body = gzip.compress(orjson.dumps(PAGE))
        return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

    with pytest.raises(NoList, match="not understood"):
        listed(compressed)


def test_a_list_without_end_is_not_read_to_its_end() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(MAX_BYTES // 65536 + 2):
            await response.write(b" " * 65536)
        return response

    with pytest.raises(NoList, match="too long"):
        listed(endless)
