"""Waits for PostgreSQL without a limit. Breaks "still serving": requests hang while it sends nothing."""

from collections.abc import Generator
from typing import Any, TypeVar

import psycopg

from pedidos.sentence import Sentence
from pedidos.storage.bounded import LOOK_SECONDS, BoundedConnection
from pedidos_drills.safeguard import Safeguard

T = TypeVar("T")


def wait_for_ever(
    self: BoundedConnection, gen: Generator[Any, Any, T], interval: float = LOOK_SECONDS, timeout: float | None = None
) -> T:
    return psycopg.Connection.wait(self, gen, interval, timeout)


SAFEGUARD = Safeguard(
    "bounded-wait",
    guards="A connection on which PostgreSQL does not answer in time is dropped, and its request is refused.",
    off=Sentence("The wait has no limit."),
    needs="database-silent",
    invariant="still serving",
    replaced={"pedidos.storage.bounded:BoundedConnection.wait": wait_for_ever},
)
