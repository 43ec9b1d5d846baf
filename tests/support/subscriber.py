"""A subscriber of webhooks: a real HTTPS server with an authority of its own, which keeps what it got."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme
from aiohttp import web


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Subscriber:
    """status: what it answers. headers: of its answers. hangs: it does not answer. says: the body."""

    url: str
    ca_file: Path
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    says: str = "thanks"
    got: list[Request] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.got.append(Request(request.path, dict(request.headers), await request.read()))
        if self.hangs:
            await asyncio.sleep(3600)
        return web.Response(status=self.status, headers=self.headers, text=self.says)

    def ids(self) -> list[str]:
        """Of the messages, in the order in which they came."""
        return [each.headers["webhook-id"] for each in self.got]


@contextmanager
def subscriber(folder: Path, host: str = "127.0.0.1") -> Iterator[Subscriber]:
    """Inside, it runs, in a thread."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "subscriber-ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(host).configure_cert(context)
    made = Subscriber("", folder / "subscriber-ca.pem")
    started, ended = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", made.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, host, 0, ssl_context=context)
        await site.start()
        made.url = f"https://{host}:{runner.addresses[0][1]}/hooks"
        started.set()
        await ended.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(20)
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(20)
        loop.close()
