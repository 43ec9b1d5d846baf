"""A collector of traces that takes what it gets (OTLP over HTTP), or says that it is full."""

import asyncio
import re
from types import TracebackType

TAKEN, FULL = b"200 OK", b"503 Service Unavailable"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Collector:
    """Use as an async context manager. taken: requests that it took. refused: those that it was too full for."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.full = False
        self.taken = 0
        self.refused = 0

    def fill(self, full: bool) -> None:
        self.full = full

    async def __aenter__(self) -> "Collector":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                await reader.readexactly(int(length[1]) if length else 0)
                self.taken, self.refused = self.taken + (not self.full), self.refused + self.full
                writer.write(b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % (FULL if self.full else TAKEN))
                await writer.drain()
        except (OSError, EOFError):  # the client has gone
            writer.close()
