"""Fails a request whose log line cannot be written. Breaks "still serving": an order is placed, and gets 500."""

from collections.abc import Callable, Iterable

from pedidos.logs.lines import Lines
from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard

write_all = Lines.write_all


def log_first(body: Iterable[bytes], finish: Callable[[], None]) -> Iterable[bytes]:
    finish()
    return body


def write_or_raise(self: Lines, line: bytes) -> None:
    write_all(self, line)


SAFEGUARD = Safeguard(
    "logs-out-of-the-way",
    guards="A response is sent before it is logged, and a log line that cannot be written is counted.",
    off=Sentence("It is logged first, and an error in logging is raised."),
    needs="disk-full",
    invariant="still serving",
    replaced={
        "pedidos.logs.lines:Lines.write": write_or_raise,
        "pedidos.http.wsgi:LoggedBody": log_first,
    },
)
