"""Server-sent events, as text that comes in pieces (WHATWG HTML standard, section 9.2.6)."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """id is what to send as Last-Event-ID to go on after this message; None until the stream has named one."""

    id: str | None
    event: str
    data: str


class Parser:
    """Fed with the bytes of one connection; remembers what resuming needs.

    last_id is what to send as Last-Event-ID to go on behind everything that has come whole, with data or without.
    """

    def __init__(self, last_id: str | None = None) -> None:
        self.last_id = last_id
        self.retry_seconds: float | None = None
        self._id = last_id
        self._rest = b""
        self._event = ""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> Iterator[Message]:
        """The messages that are complete by now. Lines end with LF or CRLF (a lone CR, which the standard allows too,
        no server of ours sends)."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            message = self._take(line.removesuffix(b"\r").decode(errors="replace"))
            if message is not None:
                yield message

    def _take(self, line: str) -> Message | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._event = value
        elif field == "id" and "\0" not in value:
            self._id = value
        elif field == "retry" and value.isdigit():
            self.retry_seconds = int(value) / 1000
        return None

    def _dispatch(self) -> Message | None:
        event, data = self._event or "message", self._data
        self._event, self._data = "", []
        self.last_id = self._id
        return Message(self.last_id, event, "\n".join(data)) if data else None
