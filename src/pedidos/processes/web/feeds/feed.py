"""One kind of page whose parts are pushed, such as the overview."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import orjson
from flask import Response, stream_with_context
from flask_babel import get_locale

from pedidos.processes.web.account import sessions
from pedidos.processes.web.feeds.open_streams import OpenStreams
from pedidos.processes.web.services import services
from pedidos.processes.web.zones import zone

BEAT_SECONDS = 1.0
"""How long a stream waits for something new at a time."""
SIGN_OF_LIFE_SECONDS = 10.0
"""After this time without anything new a comment is sent, which shows whether the reader is still there."""
SESSION_SECONDS = 5.0
"""How often it is looked whether the reader is still signed in."""
RETRY_MS = 1500
MOST_READERS = 16
"""Languages and time zones of which the newest parts are kept."""

Parts = Mapping[str, str]
"""The HTML of each part, by the id of its element."""


class _Made(NamedTuple):
    number: int
    parts: Parts


class Feed:
    """after: waits for what is newer than a number, at most some seconds, and returns its number; the same number if
    nothing came. make: the parts as they are now, for the reader of the current request."""

    def __init__(self, after: Callable[[int, float], int], make: Callable[[], Parts]) -> None:
        self._after = after
        self._make = make
        self._making = threading.Lock()
        self._made: dict[tuple[str, str], _Made] = {}

    def parts(self, number: int) -> Parts:
        """The parts of this number, made once for all readers of a language and a time zone."""
        reader = (str(get_locale()), zone())
        with self._making:
            made = self._made.get(reader)
            if made is None or made.number != number:
                made = _Made(number, self._make())
                kept = [each for each in self._made.items() if each[0] != reader][-MOST_READERS + 1 :]
                self._made = dict(kept) | {reader: made}
            return made.parts

    def stream(self) -> Response:
        """Server-sent events: `part`, with the id and the HTML of a part that has changed. It ends soon after the
        session of the current request. Raises Unavailable if there are too many."""
        streams = services().streams
        streams.take()
        response = Response(stream_with_context(self._events(streams)), mimetype="text/event-stream")
        response.call_on_close(streams.give_back)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _events(self, streams: OpenStreams) -> Iterator[bytes]:
        told: dict[str, str] = {}
        number = -1
        sent = looked = time.monotonic()
        yield b"retry: %d\n\n" % RETRY_MS
        while not streams.ended:
            newest = self._after(number, BEAT_SECONDS)
            now = time.monotonic()
            if now - looked >= SESSION_SECONDS:
                looked = now
                if not sessions.goes_on():
                    return
            changed = {} if newest == number else _changed(told, self.parts(newest))
            number = newest
            if changed:
                told |= changed
                sent = now
                yield b"".join(_event(name, html) for name, html in changed.items())
            elif now - sent >= SIGN_OF_LIFE_SECONDS:
                sent = now
                yield b": still here\n\n"


def next_second(number: int, seconds: float) -> int:
    """The `after` of a feed that is made each second while somebody looks: its numbers are seconds."""
    now = time.monotonic()
    if int(now) <= number:
        services().streams.wait(min(seconds, number + 1 - now))
    return int(time.monotonic())


def _changed(told: Parts, parts: Parts) -> dict[str, str]:
    return {name: html for name, html in parts.items() if told.get(name) != html}


def _event(name: str, html: str) -> bytes:
    """JSON has no line breaks, which would end the event."""
    return b"event: part\ndata: " + orjson.dumps({"id": name, "html": html}) + b"\n\n"
