"""A provider behind TLS: it is asked only if an authority that is trusted vouches for it."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer

from pedidos.domain.payment import Answer, Verdict
from pedidos.errors import Misconfigured
from pedidos.payments.gateway_client import GatewayClient
from pedidos.payments.listing import NoList, charges
from pedidos.payments.port import Charge
from pedidos.server_checks.findings import Away
from pedidos.server_checks.gateway import examine
from pedidos.settings.groups.orders import GatewaySettings

T = TypeVar("T")

KEY = "charge:01900000-0000-7000-8000-000000000001"
START = datetime(2026, 1, 1, tzinfo=UTC)
AUTHORITY = trustme.CA()


class Provider:
    """Captures each charge, lists none, and counts the requests."""

    def __init__(self) -> None:
        self.requests = 0

    async def captured(self, request: web.Request) -> web.Response:
        self.requests += 1
        said = {"key": request.headers["Idempotency-Key"], "status": "captured", "amount_cents": 100, "reference": "r"}
        return web.json_response(said)

    async def listed(self, _: web.Request) -> web.Response:
        self.requests += 1
        return web.json_response({"charges": []})

    def ask(self, question: Callable[[str], T]) -> T:
        """The answer to a question, which blocks, to the provider's address."""

        async def work() -> T:
            app = web.Application()
            app.router.add_post("/v1/charges", self.captured)
            app.router.add_get("/v1/charges", self.listed)
            server = TestServer(app, host="127.0.0.1")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
            await server.start_server(ssl=context)
            try:
                return await asyncio.to_thread(question, str(server.make_url("")))
            finally:
                await server.close()

        return asyncio.run(work())


@pytest.fixture
def ca_file(tmp_path: Path) -> Path:
    path = tmp_path / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(path)
    return path


def charge(url: str, ca_file: Path | None) -> Answer:
    client = GatewayClient(url, 3, key="a key", ca_file=ca_file)
    try:
        ((_, answer),) = [pair for group in client.charge_many([Charge(KEY, 100, "tok_ok")], 3.0) for pair in group]
    finally:
        client.close()
    return answer


def listed(url: str, ca_file: Path | None) -> list[object]:
    async def read() -> list[object]:
        settings = GatewaySettings.make(gateway_url=url, gateway_ca_file=ca_file)
        return [page async for page in charges(settings, START)]

    return asyncio.run(read())


def test_one_whose_authority_is_known_is_asked(ca_file: Path) -> None:
    provider = Provider()
    assert provider.ask(lambda url: charge(url, ca_file)).verdict is Verdict.CAPTURED
    assert provider.ask(lambda url: listed(url, ca_file)) == []
    seen = provider.ask(lambda url: examine(GatewaySettings.make(gateway_url=url, gateway_ca_file=ca_file)))
    assert seen.seen == "answers 404"
    assert provider.requests == 2


def test_one_whose_authority_is_unknown_hears_nothing() -> None:
    provider = Provider()
    answer = provider.ask(lambda url: charge(url, None))
    assert answer.verdict is Verdict.UNKNOWN
    assert "certificate" in str(answer.reason).lower()
    with pytest.raises(NoList, match=r"(?i)certificate"):
        provider.ask(lambda url: listed(url, None))
    with pytest.raises(Away, match=r"(?i)certificate"):
        provider.ask(lambda url: examine(GatewaySettings.make(gateway_url=url)))
    assert provider.requests == 0


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_without_a_certificate_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Misconfigured, match="PEDIDOS_GATEWAY_CA_FILE"):
        GatewayClient("https://127.0.0.1:1", 1, ca_file=path)
