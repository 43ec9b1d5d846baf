"""PostgreSQL commits, and its answer is lost with the connection: sessions go on."""

import asyncio
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from pedidos.drills.proxy import Proxy

from .conftest import Served, free_port


class Wire:
    """The proxy between the api and PostgreSQL, in a thread of its own."""

    def __init__(self, database_url: str) -> None:
        target = urlsplit(database_url).port
        assert target is not None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._proxy = Proxy(free_port(), target)
        self._on_loop(self._proxy.open())
        self.url = database_url.replace(f":{target}/", f":{self._proxy.port}/")

    def lose_answers(self, count: int, asked_with: bytes) -> None:
        self._proxy.lose_answers(count, asked_with)

    @property
    def answers_to_lose(self) -> int:
        return self._proxy.answers_to_lose

    def close(self) -> None:
        self._on_loop(self._proxy.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _on_loop(self, coroutine) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)


@pytest.fixture(scope="module")
def wire(database_url: str) -> Iterator[Wire]:
    wire = Wire(database_url)
    yield wire
    wire.close()


@pytest.fixture(scope="module")
def behind(serve, wire: Wire) -> Served:
    """An api whose only connection to PostgreSQL leads over the wire."""
    served: Served = serve(database_url=wire.url, database_pool=1)
    return served


def refresh(api: Served, token: str):
    return api.ask("POST", "/v1/auth/refresh", json={"refresh_token": token})


def test_a_refresh_whose_commit_was_not_answered_is_carried_out_once(behind: Served, wire: Wire) -> None:
    first = behind.sign_in("customer")["refresh_token"]
    wire.lose_answers(1, b"COMMIT\0")
    second = refresh(behind, first)
    assert (wire.answers_to_lose, second.status_code) == (0, 200)
    third = refresh(behind, second.json()["refresh_token"])
    assert third.status_code == 200


def test_a_refresh_that_was_answered_with_503_may_be_repeated(behind: Served, wire: Wire) -> None:
    first = behind.sign_in("customer")["refresh_token"]
    wire.lose_answers(2, b"COMMIT\0")
    assert refresh(behind, first).status_code == 503
    assert wire.answers_to_lose == 0
    second = refresh(behind, first)
    assert second.status_code == 200
    assert refresh(behind, second.json()["refresh_token"]).status_code == 200


def test_a_sign_in_whose_commit_was_not_answered_opens_a_session(behind: Served, wire: Wire) -> None:
    wire.lose_answers(1, b"insert into refresh_tokens")
    first = behind.sign_in("customer")["refresh_token"]
    assert wire.answers_to_lose == 0
    assert refresh(behind, first).status_code == 200
