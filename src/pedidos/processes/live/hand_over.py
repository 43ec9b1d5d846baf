"""What other threads ask of the event loop: to publish events, to drop streams, or to end the process."""

import asyncio
import threading
from collections.abc import Callable

from pedidos.domain.access import Identity
from pedidos.processes.live.connection import Connections
from pedidos.processes.live.ending import Ending
from pedidos.processes.live.frames import LiveEvent
from pedidos.processes.live.hub import Hub

HAND_OVER_SECONDS = 10.0


class HandOver:
    """Created on the event loop. Its methods are called in other threads."""

    def __init__(self, hub: Hub, connections: Connections, ending: Ending) -> None:
        self._loop = asyncio.get_running_loop()
        self._hub = hub
        self._connections = connections
        self._ending = ending

    def watched(self) -> bool:
        """Whether any stream is open."""
        return self._hub.watched

    def events(self, events: list[LiveEvent]) -> None:
        """Gives the events to the streams, and blocks until they have them."""
        self._on_loop(lambda: self._hub.publish(events))

    def interrupt(self) -> None:
        """Drops all streams, because events are missing."""
        self._on_loop(lambda: self._connections.drop_all("events missing"))

    def revocations(self, revoked: Callable[[Identity], bool]) -> None:
        """Drops the streams whose tokens are revoked."""
        self._loop.call_soon_threadsafe(self._connections.drop_revoked, revoked)

    def fail(self) -> None:
        """Ends the process."""
        self._loop.call_soon_threadsafe(self._ending.fail)

    def _on_loop(self, work: Callable[[], None]) -> None:
        """Runs the work on the event loop, and waits for it: a busy loop slows down the thread that calls this."""
        done = threading.Event()

        def run() -> None:
            work()
            done.set()

        self._loop.call_soon_threadsafe(run)
        done.wait(HAND_OVER_SECONDS)
