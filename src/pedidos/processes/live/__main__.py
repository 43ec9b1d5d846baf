"""python -m pedidos.processes.live: serve live streams until SIGTERM."""

import asyncio
import resource
import signal
import sys
import threading
from collections.abc import Callable

import structlog
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from pedidos.processes.entry import begin
from pedidos.processes.heart import BEAT_SECONDS, Heart
from pedidos.processes.live.app import Live, make_app
from pedidos.processes.live.connection import Connections, StreamLimits
from pedidos.processes.live.database import Database
from pedidos.processes.live.event_consumer import EventConsumer
from pedidos.processes.live.frames import LiveEvent
from pedidos.processes.live.hub import Hub
from pedidos.processes.live.streams import Streams
from pedidos.processes.running import freeze_gc
from pedidos.security.keys import JWKS_FILE
from pedidos.security.tokens import TokenVerifier
from pedidos.settings.processes import LiveSettings
from pedidos.storage.engine import make_engine

HAND_OVER_SECONDS = 10.0
FAREWELL_SECONDS = 2.0
BACKLOG = 1024
SPARE_REQUESTS = 200
"""Granian accepts this many requests beyond the streams, so that they can be answered with 503."""

SPARE_FILES = SPARE_REQUESTS + 100

log = structlog.get_logger()


class Process:
    """The parts of the live process, on the running event loop."""

    def __init__(self, settings: LiveSettings) -> None:
        self._loop = asyncio.get_running_loop()
        self._hub = Hub(settings.stream_buffer)
        self._connections = Connections(
            StreamLimits(settings.streams, settings.streams_per_customer, settings.streams_per_merchant)
        )
        engine = make_engine(settings, settings.instance)
        self._database = Database(engine, settings.database_pool)
        self._heart = Heart(settings.heartbeat_file)
        self._tail = EventConsumer(
            settings,
            engine,
            lambda: self._hub.watched,
            self._hand_over,
            self._interrupt,
            self._fail,
            lambda: self._heart.came_round("tail"),
        )
        self._failed = False
        self._stopping = asyncio.Event()
        live = Live(
            TokenVerifier(settings.keys_dir / JWKS_FILE),
            self._connections,
            self._database,
            Streams(self._database, self._hub, settings.heartbeat_seconds),
            lambda: self._tail.ready and not self._stopping.is_set(),
        )
        self._server = Server(
            make_app(live),
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,  # the edge forwards requests by HTTP/1.1
            websockets=False,
            backlog=BACKLOG,
            backpressure=settings.streams + SPARE_REQUESTS,
            log_enabled=False,
        )

    async def run(self) -> int:
        """Serves until SIGTERM or SIGINT. Returns the exit status: 1 if a part of the process failed, otherwise 0."""
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._stopping.set)
        self._tail.start()
        beating = asyncio.create_task(self._beat())
        serving = asyncio.create_task(self._server.serve())
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        broken = serving.done() or self._failed
        self._stopping.set()
        beating.cancel()
        await self._say_farewell()
        if not serving.done():
            self._server.stop()  # type: ignore[no-untyped-call]  # not annotated by Granian
        await serving
        await asyncio.to_thread(self._tail.stop, HAND_OVER_SECONDS)
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
        until = self._loop.time() + FAREWELL_SECONDS
        while len(self._connections) and self._loop.time() < until:
            await asyncio.sleep(0.02)

    def _hand_over(self, events: list[LiveEvent]) -> None:
        self._on_loop(lambda: self._hub.publish(events))

    def _interrupt(self) -> None:
        self._on_loop(lambda: self._connections.drop_all("events missing"))

    def _on_loop(self, work: Callable[[], None]) -> None:
        """Runs the work on the event loop, and waits for it: a busy loop slows down the thread that calls this."""
        done = threading.Event()

        def run() -> None:
            work()
            done.set()

        self._loop.call_soon_threadsafe(run)
        done.wait(HAND_OVER_SECONDS)

    def _fail(self) -> None:
        def stop() -> None:
            self._failed = True
            self._stopping.set()

        self._loop.call_soon_threadsafe(stop)


def _allow_files(streams: int) -> None:
    """Raises the soft limit of open files: each stream is one, and the limit of a shell is often 1024 or 256."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = streams + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        if soft < wanted:
            log.warning("few open files allowed", allowed=soft, streams=streams)


async def _run(settings: LiveSettings) -> int:
    process = Process(settings)
    freeze_gc()
    return await process.run()


def main() -> None:
    settings = begin(LiveSettings)
    _allow_files(settings.streams)
    sys.exit(asyncio.run(_run(settings)))


if __name__ == "__main__":
    main()
