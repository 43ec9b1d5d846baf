"""Subscribers of webhooks for a drill, each with its own way to fail, on one server of the drill's process."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType

from aiohttp import web

from pedidos.security.webhook_signing import Secret, signatures
from pedidos_local.ports import LOOPBACK

GOOD, SLOW, SILENT, BROKEN, DYING, INWARD = "good", "slow", "silent", "broken", "dying", "inward"
FLAKY, GUARDED = "flaky", "guarded"
"""FLAKY refuses some events once. GUARDED has an address that leads inside, and later one of its own."""
PATHS = (GOOD, SLOW, SILENT, BROKEN, DYING, INWARD, FLAKY, GUARDED)
INSIDE = "inside"
SLOW_SECONDS = 0.7
TOLERANCE_SECONDS = 300.0
"""As old as a signature may be for a subscriber that follows Standard Webhooks."""


@dataclass
class Subscribers:
    """taken: for each path, the webhook-ids that were answered with 200, in their order. entered: requests that came to
    where no endpoint may lead. secrets: of the endpoint of each path. unsigned: what came without signatures by all of
    them. Use as an async context manager."""

    port: int
    healed: bool = False
    taken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    entered: int = 0
    secrets: dict[str, Sequence[Secret]] = field(default_factory=dict)
    unsigned: list[str] = field(default_factory=list)
    _refused: set[str] = field(default_factory=set)
    _runner: web.AppRunner | None = None

    def url(self, path: str) -> str:
        return f"http://{LOOPBACK}:{self.port}/{path}"

    @property
    def inner_url(self) -> str:
        """An address that is not public, and not this machine's by name; connections to it come here all the same."""
        return f"http://0.0.0.0:{self.port}/{INSIDE}"

    async def __aenter__(self) -> "Subscribers":
        app = web.Application()
        app.router.add_route("*", "/{path}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, self.port).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        body = await request.read()
        if path == INSIDE:
            self.entered += 1
            return web.Response()
        if not self.healed:
            if path == SLOW:
                await asyncio.sleep(SLOW_SECONDS)
            elif path == SILENT:
                await asyncio.sleep(3600)
            elif path == BROKEN:
                return web.Response(status=500)
            elif path == INWARD:
                return web.Response(status=307, headers={"Location": self.url(INSIDE)})
            elif path == FLAKY and self._is_refused(request.headers["webhook-id"]):
                return web.Response(status=503)
        self._check(path, request.headers, body)
        self.taken[path].append(request.headers["webhook-id"])
        return await self._dies(request) if path == DYING and not self.healed else web.Response()

    def _is_refused(self, message_id: str) -> bool:
        """The second event of every fourth order is, the first time that it comes."""
        order, _, version = message_id.rpartition("-")
        if version != "2" or int(order[-1], 16) % 4 or message_id in self._refused:
            return False
        self._refused.add(message_id)
        return True

    def _check(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        message_id, timestamp = headers["webhook-id"], int(headers["webhook-timestamp"])
        wanted = signatures(self.secrets[path], message_id, timestamp, body)
        signed = set(headers["webhook-signature"].split()) == set(wanted.split())
        if not signed or abs(time.time() - timestamp) > TOLERANCE_SECONDS:
            self.unsigned.append(f"{path}: {message_id}")

    async def _dies(self, request: web.Request) -> web.StreamResponse:
        """200, and then the connection ends before the body does."""
        answer = web.StreamResponse(headers={"Content-Length": "1000"})
        await answer.prepare(request)
        await answer.write(b"tha")
        if request.transport is not None:
            request.transport.abort()
        return answer

    def repeated(self) -> int:
        """How many were taken again."""
        return sum(sum(Counter(ids).values()) - len(set(ids)) for ids in self.taken.values())

    def out_of_order(self) -> list[str]:
        """Ids that came before an earlier event of their order, each counted where it came first."""
        found = []
        for path, ids in self.taken.items():
            last: dict[str, int] = {}
            for each in dict.fromkeys(ids):
                order, _, version = each.rpartition("-")
                if int(version) < last.get(order, 0):
                    found.append(f"{path}: {each}")
                last[order] = max(last.get(order, 0), int(version))
        return found
