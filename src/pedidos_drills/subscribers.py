"""Subscribers of webhooks for a drill, each with its own way to fail, on one server of the drill's process."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from types import TracebackType

from aiohttp import web

from pedidos_local.ports import LOOPBACK

GOOD, SLOW, SILENT, BROKEN, DYING, INWARD = "good", "slow", "silent", "broken", "dying", "inward"
PATHS = (GOOD, SLOW, SILENT, BROKEN, DYING, INWARD)
SLOW_SECONDS = 0.7


@dataclass
class Subscribers:
    """taken: for each path, the webhook-ids that were answered with 200, in their order. entered: requests that came to
    where the redirect leads. Use as an async context manager."""

    port: int
    healed: bool = False
    taken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    entered: int = 0
    _runner: web.AppRunner | None = None

    def url(self, path: str) -> str:
        return f"http://{LOOPBACK}:{self.port}/{path}"

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
        await request.read()
        if path == "inside":
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
                return web.Response(status=307, headers={"Location": self.url("inside")})
        self.taken[path].append(request.headers["webhook-id"])
        return await self._dies(request) if path == DYING and not self.healed else web.Response()

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
