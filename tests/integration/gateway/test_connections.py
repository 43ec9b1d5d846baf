"""The client's connections: kept, replaced, and made to the provider alone, whatever the environment says."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from pedidos.domain.payment import Answer, Verdict
from pedidos.payments.gateway_client import GatewayClient
from pedidos.payments.port import Charge
from tests.integration.gateway.provider import Provider, captured, chunked, response, serving

PATIENCE_SECONDS = 30.0


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as made:
        yield made


@pytest.fixture
def client(provider: Provider) -> Iterator[GatewayClient]:
    made = GatewayClient(provider.url, timeout_seconds=10, concurrency=4, key="ours")
    yield made
    made.close()


def charge(client: GatewayClient, count: int = 1) -> list[Answer]:
    return answers(client, *(f"charge:{uuid4()}" for _ in range(count)))


def answers(client: GatewayClient, *keys: str) -> list[Answer]:
    charges = [Charge(key, 100, "tok_ok") for key in keys]
    return [answer for group in client.charge_many(charges, PATIENCE_SECONDS) for _, answer in group]


def test_connections_are_kept_and_used_again(provider: Provider, client: GatewayClient) -> None:
    for _ in range(5):
        assert {answer.verdict for answer in charge(client, 20)} == {Verdict.CAPTURED}
    assert provider.connections == 4


def test_a_kept_connection_that_the_provider_has_closed_is_replaced(provider: Provider, client: GatewayClient) -> None:
    charge(client, 4)
    provider.hang_up()
    assert {answer.verdict for answer in charge(client, 4)} == {Verdict.CAPTURED}


def test_a_request_whose_time_is_over_ends_alone(provider: Provider) -> None:
    client = GatewayClient(provider.url, timeout_seconds=0.3)
    silent = f"charge:{uuid4()}"
    provider.silent.add(silent)
    charges = [Charge(key, 100, "tok_ok") for key in (silent, f"charge:{uuid4()}")]
    # The patience is longer than a test may take: only the limit of the one request can end it.
    found = dict(pair for group in client.charge_many(charges, 3600.0) for pair in group)
    assert found[silent].verdict is Verdict.UNKNOWN
    assert (found[silent].asked, found[silent].reached) == (True, True)
    assert found[charges[1].key].verdict is Verdict.CAPTURED
    provider.silent.clear()
    assert answers(client, silent)[0].verdict is Verdict.CAPTURED
    client.close()


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_hears_of_a_charge(
    provider: Provider, client: GatewayClient, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with serving() as proxy:
        monkeypatch.setenv(name, proxy.url)
        assert charge(client)[0].verdict is Verdict.CAPTURED
        assert proxy.heard == []
    assert len(provider.heard) == 1


def test_a_request_says_what_it_should_and_nothing_else(
    provider: Provider, client: GatewayClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("default login somebody password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    key = f"charge:{uuid4()}"
    provider.scripts[key] = lambda key, _: response(orjson.dumps(captured(key)), "Set-Cookie: a=b; Path=/")
    assert [answers(client, key)[0].verdict for _ in range(2)] == [Verdict.CAPTURED] * 2
    for head in provider.heard:
        line, *headers = head.decode().strip().split("\r\n")
        named = dict(header.split(": ", 1) for header in headers)
        assert line == "POST /v1/charges HTTP/1.1"
        assert named.pop("Host") in provider.url
        assert int(named.pop("Content-Length")) > 0
        assert named == {
            "Content-Type": "application/json",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "User-Agent": "pedidos",
            "Authorization": "Bearer ours",
            "Idempotency-Key": key,
        }


def test_an_answer_in_chunks_is_understood(provider: Provider, client: GatewayClient) -> None:
    key = f"charge:{uuid4()}"
    whole = orjson.dumps(captured(key))
    provider.scripts[key] = lambda _key, _head: chunked(whole[:7], whole[7:])
    assert answers(client, key)[0].verdict is Verdict.CAPTURED


def test_headers_without_an_end_are_given_up(provider: Provider, client: GatewayClient) -> None:
    key = f"charge:{uuid4()}"
    many = [f"X-{number}: {'x' * 1000}" for number in range(1000)]
    provider.scripts[key] = lambda key, _: response(orjson.dumps(captured(key)), *many)
    (answer,) = answers(client, key)
    assert (answer.verdict, answer.reached) == (Verdict.UNKNOWN, True)
