"""The life of the live process: serves until a signal or a failure, then ends the streams in order."""

import asyncio
import signal
from typing import Any

import structlog
from granian.server.embed import Server

from pedidos.processes.heart import BEAT_SECONDS, Heart
from pedidos.processes.live.connection import Connections
from pedidos.processes.live.database import Database
from pedidos.processes.live.ending import Ending
from pedidos.processes.live.event_consumer import EventConsumer
from pedidos.processes.live.hand_over import HAND_OVER_SECONDS

FAREWELL_SECONDS = 2.0
SPARE_REQUESTS = 200
"""Granian accepts this many requests beyond the streams, so that they can be answered with 503."""

log = structlog.get_logger()


class LiveProcess:
    """Runs on the event loop on which its parts were created."""

    def __init__(
        self,
        server: Server,
        consumer: EventConsumer,
        connections: Connections,
        database: Database,
        heart: Heart,
        ending: Ending,
    ) -> None:
        self._server = server
        self._consumer = consumer
        self._connections = connections
        self._database = database
        self._heart = heart
        self._ending = ending

    async def run(self) -> int:
        """Serves until SIGTERM or SIGINT. Returns the exit status: 1 if a part of the process failed, otherwise 0."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ending.set)
        self._consumer.start()
        beating = asyncio.create_task(self._beat())
        serving: asyncio.Task[Any] = asyncio.create_task(self._server.serve())
        ending = asyncio.create_task(self._ending.wait())
        await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
        broken = serving.done() or self._ending.failed
        self._ending.set()
        beating.cancel()
        await self._say_farewell()
        if not serving.done():
            self._server.stop()  # type: ignore[no-untyped-call]  # not annotated by Granian
        await serving
        await asyncio.to_thread(self._consumer.stop, HAND_OVER_SECONDS)
        self._database.close()
        return 1 if broken else 0

    async def _beat(self) -> None:
        while True:
            self._heart.came_round("loop")
            await asyncio.sleep(BEAT_SECONDS)

    async def _say_farewell(self) -> None:
        """Ends the streams in order. Their clients reconnect, to another process or to the next one."""
        log.info("stopping", streams=len(self._connections))
        self._connections.drop_all("stopping")
        loop = asyncio.get_running_loop()
        until = loop.time() + FAREWELL_SECONDS
        while len(self._connections) and loop.time() < until:
            await asyncio.sleep(0.02)
