"""A log that cannot be written fails its request. Breaks "still serving": an order is placed, and answered 500."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pedidos.log_lines import Lines
from pedidos.processes.api import request_context
from pedidos.processes.api.request_context import Exchange
from pedidos_drills.safeguard import Safeguard

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

tell = request_context._log
write_all = Lines._write_all


def log_first(body: Iterable[bytes], environ: "WSGIEnvironment", current: Exchange) -> Iterable[bytes]:
    tell(environ, current)
    return body


def write_or_raise(self: Lines, line: bytes) -> None:
    write_all(self, line)


SAFEGUARD = Safeguard(
    "logs-out-of-the-way",
    guards="An answer is sent before it is logged, and a line that cannot be written is counted.",
    off="It is logged first, and what goes wrong with that is raised.",
    needs="disk-full",
    invariant="still serving",
    replaced={
        "pedidos.log_lines:Lines.write": write_or_raise,
        "pedidos.processes.api.request_context:_Body": log_first,
    },
)
