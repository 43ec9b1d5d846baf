"""What both simulators have while they serve: an open book, a heartbeat, and an end to requests that are held."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from pedidos.processes.heart import BEAT_SECONDS, Heart
from pedidos_gateway.book_file import Damaged
from pedidos_gateway.writer import Writer

SHUTDOWN_SECONDS = 3.0
BACKLOG = 1024
BOOK_CHUNK = 1000
"""Entries of the book that are read at a time."""

OpenBook = Callable[[Path], sqlite3.Connection]
Entries = Callable[[sqlite3.Connection], Iterator[Mapping[str, Any]]]


def serve(app: Awaitable[web.Application], host: str, port: int) -> None:
    """Serves until SIGTERM. Ends the process with a message if the book is damaged."""
    try:
        web.run_app(
            app,
            host=host,
            port=port,
            shutdown_timeout=SHUTDOWN_SECONDS,
            backlog=BACKLOG,
            access_log=None,
            print=None,
        )
    except Damaged as damaged:
        sys.exit(str(damaged))


class Serving:
    """The book at this path, while the process serves."""

    def __init__(self, path: Path, open_book: OpenBook, heart: Heart) -> None:
        self._path = path
        self._open_book = open_book
        self._heart = heart
        self._stopping = asyncio.Event()
        self._writer: Writer | None = None

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """aiohttp's cleanup context: the book is open inside."""
        self._writer = Writer(await asyncio.to_thread(self._open_book, self._path))
        beating = asyncio.create_task(self._beat(self._writer))
        yield
        beating.cancel()
        await asyncio.to_thread(self._writer.close)

    async def _beat(self, writer: Writer) -> None:
        """Sends a heartbeat when both the event loop and the book's thread have made progress."""
        while True:
            with suppress(sqlite3.Error):  # a book that cannot be written is not a stuck one
                await writer.run(lambda _: None)
            self._heart.came_round()
            await asyncio.sleep(BEAT_SECONDS)

    async def stop(self, _app: web.Application) -> None:
        """Releases the requests that are held, so that stopping does not take a minute."""
        self._stopping.set()

    async def stopped_within(self, seconds: float) -> bool:
        """Waits this long; returns True, earlier, if the process is about to stop."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True

    @property
    def writer(self) -> Writer:
        if self._writer is None:
            raise RuntimeError("the book is not open")
        return self._writer

    def reader(self) -> sqlite3.Connection:
        """Another connection to the book, for what takes a while. To be closed."""
        reader = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        reader.row_factory = sqlite3.Row
        return reader

    async def show_book(self, request: web.Request, entries: Entries) -> web.StreamResponse:
        """Every entry, one JSON object per line."""
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        reader = await asyncio.to_thread(self.reader)
        try:
            lines = entries(reader)
            while chunk := await asyncio.to_thread(_chunk, lines):
                await response.write(chunk)
        finally:
            reader.close()
        await response.write_eof()
        return response


async def cut(request: web.Request) -> web.StreamResponse:
    """Closes the connection of the request. The returned response is not sent."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _chunk(lines: Iterator[Mapping[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(line) + b"\n" for line in islice(lines, BOOK_CHUNK))
