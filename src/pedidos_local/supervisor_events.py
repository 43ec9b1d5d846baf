"""The events that the supervisor reports: one flat dictionary each, kept for later listeners."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

SupervisorEvent = dict[str, object]
"""at: seconds since 1970. what: preparing, prepared, starting, ready, exited, stopping, stopped, rotated, not rotated,
mended, broken, leftover, up, failed, down. name: the program. seconds, detail, log (a list of lines): where they
apply."""

REMEMBERED = 500


class Journal:
    """The supervisor appends to it, and any number of listeners read it at their own pace."""

    def __init__(self) -> None:
        self._past: deque[SupervisorEvent] = deque(maxlen=REMEMBERED)
        self._count = 0
        self._more = asyncio.Event()
        self._closed = asyncio.Event()

    def tell(self, what: str, name: str, **facts: object) -> None:
        self._past.append({"at": round(time.time(), 3), "what": what, "name": name, **facts})
        self._count += 1
        self._more.set()
        self._more = asyncio.Event()

    def close(self) -> None:
        """Marks the end: every listener finishes."""
        self._closed.set()

    async def listen(self, *, past: bool, until: asyncio.Future[Any] | None = None) -> AsyncIterator[SupervisorEvent]:
        """Yields all events from now on, after the remembered ones if `past`.

        Ends when the journal is closed or `until` is done, after all earlier events.
        """
        seen = self._count - len(self._past) if past else self._count
        end: asyncio.Future[Any] = until if until is not None else asyncio.ensure_future(self._closed.wait())
        try:
            while True:
                ended = end.done() or self._closed.is_set()
                missed = min(self._count - seen, len(self._past))
                seen = self._count
                for happening in list(self._past)[len(self._past) - missed :]:
                    yield happening
                if self._count > seen:
                    continue
                if ended:
                    return
                more = asyncio.ensure_future(self._more.wait())
                await asyncio.wait([more, end], return_when=asyncio.FIRST_COMPLETED)
                more.cancel()
        finally:
            if until is None:
                end.cancel()
