"""A server behind a proxy that can lose its answers; the proxy runs in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from pedidos_drills.proxy import Proxy
from tests.support.ports import free_port

OPEN_SECONDS = 10.0

COMMIT = b"COMMIT\x00"
"""In what a client sends to PostgreSQL when it commits."""


class Wire:
    """The address of the server behind the proxy, and what can go wrong on the way."""

    def __init__(self, url: str, proxy: Proxy, loop: asyncio.AbstractEventLoop) -> None:
        self.url = url
        self.proxy = proxy
        self._loop = loop

    def lose(self, count: int, asked_with: bytes, *, then_refuse: bool = False) -> None:
        """The next answers to requests with these bytes are lost; then_refuse: and then the server is away."""
        self._do(lambda: self.proxy.lose_answers(count, asked_with, then_refuse=then_refuse))

    def heal(self) -> None:
        self._do(lambda: self.proxy.refuse(False))
        self._do(lambda: self.proxy.silence(False))

    def refuse(self) -> None:
        """The server is down, until heal()."""
        self._do(lambda: self.proxy.refuse(True))

    def silence(self) -> None:
        self._do(lambda: self.proxy.silence(True))

    def _do(self, act: Callable[[], object]) -> None:
        async def now() -> None:
            act()

        asyncio.run_coroutine_threadsafe(now(), self._loop).result(OPEN_SECONDS)


@contextmanager
def wire_to(url: str) -> Iterator[Wire]:
    """A wire to the server at this address."""
    address = urlsplit(url)
    assert address.port is not None
    port = free_port()
    proxy = Proxy(port, address.port)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(proxy.open(), loop).result(OPEN_SECONDS)
    try:
        yield Wire(url.replace(f":{address.port}", f":{port}"), proxy, loop)
    finally:
        asyncio.run_coroutine_threadsafe(proxy.close(), loop).result(OPEN_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(OPEN_SECONDS)
        loop.close()
