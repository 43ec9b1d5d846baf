"""Runs a Flask app in Granian: one worker process with blocking threads, which never outlives its parent."""

import multiprocessing
import os
import pkgutil
import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from pedidos.logs import configure
from pedidos.processes.heart import STUCK_SECONDS, Heart
from pedidos.processes.open_files import allow_open_files
from pedidos.processes.running import freeze_gc
from pedidos.settings.groups.serving import ServingSettings

if TYPE_CHECKING:
    from flask import Flask

DRAIN_SECONDS = 15

CONNECTIONS = 1024
"""Open connections of one process. Those that are idle cost little, and must not keep out the edge's."""

IDLE_SECONDS = 10
"""How long a connection may take to send the headers of a request. The edge closes its idle connections earlier."""

MAX_HEADERS = 16 * 1024
"""Bytes of the request line and all headers. The edge allows fewer, and adds some."""

_THROUGH_ROOT = {"formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}
"""Granian's log lines are written like all others."""


def serve(name: str, settings: ServingSettings, threads: int, create_app: str, streams: int = 0) -> None:
    """Serves the app until SIGTERM or SIGINT. Requests in progress are finished first.

    name: of the process, in its log lines. threads: requests that are handled at a time. streams: threads for streams,
    besides; a thread begins when it is needed. create_app: the function that makes the app of the settings, as
    module:function. Only the worker process imports it: here it would be 30 MiB for
    nothing. If the worker dies, Granian logs that, and this process exits with status 1, so that its parent notices.
    """
    load = partial(_load, name=name, settings=settings, threads=threads)
    Server(
        create_app,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # the edge forwards requests by HTTP/1.1
        workers=1,
        blocking_threads=threads + streams,
        backlog=512,
        # More connections than this wait in the kernel's queue.
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_SECONDS * 1000, max_buffer_size=MAX_HEADERS),
        workers_kill_timeout=DRAIN_SECONDS,
        log_dictconfig=_THROUGH_ROOT,
        log_access=False,  # our own log has more
    ).serve(target_loader=load)


def _load(create_app: str, *, name: str, settings: ServingSettings, threads: int) -> "Flask":
    """Called by Granian in the worker process."""
    from pedidos.http.wsgi import end, middleware_of  # noqa: PLC0415  # it loads Flask: see serve

    configure.configure(settings, name)
    allow_open_files(CONNECTIONS)
    _follow_parent()
    app: Flask = pkgutil.resolve_name(create_app)(settings)
    freeze_gc()
    middleware = middleware_of(app)
    _when_told_to_end(lambda: end(app))
    Heart(settings.heartbeat_file, lambda: middleware.makes_progress(threads, STUCK_SECONDS)).begin()
    return app


def _when_told_to_end(work: Callable[[], None]) -> None:
    """Does the work, in a thread, at the first SIGTERM or SIGINT. Granian has handlers of its own for these, and then
    waits for the answers that are being sent: a stream has to end first."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)

    def wait() -> None:
        while not {signal.SIGTERM, signal.SIGINT} & set(os.read(readable, 64)):
            pass
        work()

    threading.Thread(target=wait, name="end", daemon=True).start()


def _follow_parent() -> None:
    # A parent that was killed cannot stop its worker, which would keep the port forever.
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def follow() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(DRAIN_SECONDS)
        os._exit(1)

    threading.Thread(target=follow, name="follow-parent", daemon=True).start()
