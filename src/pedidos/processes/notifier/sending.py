"""A thread with an event loop, on which what waits is sent while the main thread reads Kafka."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Protocol

import structlog

END_SECONDS = 12.0
"""How long the end of the process waits for what is being sent."""

logger = structlog.get_logger()


class Sender(Protocol):
    """Sends one kind of thing. wake() is called on the event loop."""

    def wake(self) -> None: ...

    def run(self, living: Callable[[], bool]) -> Coroutine[None, None, None]: ...


class SendingThread:
    """make: creates the senders, on the event loop. living: False once the process has to end. fail: ends the process,
    which is then started again."""

    def __init__(self, make: Callable[[], list[Sender]], living: Callable[[], bool], fail: Callable[[], None]) -> None:
        self._make = make
        self._living = living
        self._fail = fail
        self._loop: asyncio.AbstractEventLoop | None = None
        self._senders: list[Sender] = []
        self._thread = threading.Thread(target=self._run, name="sending", daemon=True)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Inside, it sends. At the end, what is being sent gets its outcome, if that is soon."""
        self._thread.start()
        try:
            yield
        finally:
            self._fail()
            self._thread.join(END_SECONDS)

    def wake(self) -> None:
        """There is something to send. To be called from any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for sender in self._senders:
            sender.wake()

    def _run(self) -> None:
        try:
            asyncio.run(self._send())
        except Exception:
            logger.exception("sending failed")
            self._fail()

    async def _send(self) -> None:
        self._senders = self._make()
        self._loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            for sender in self._senders:
                group.create_task(sender.run(self._living))
