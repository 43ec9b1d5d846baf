"""Logs of events, each with an id: which one a record comes from, and whether that is this one.

A database that was restored to an earlier moment has lost events that are on Kafka, and would give their running
numbers and places to others. Then a new log goes on from what is left, with an id of its own.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from pedidos.domain.cursor import Cursor


@dataclass(frozen=True, slots=True)
class Log:
    """A log, and where it begins: its events have running numbers greater than after, and cursors greater than begin.
    Records up to the running number unnamed may lack the id: older versions wrote them."""

    id: str
    after: int
    begin: Cursor
    unnamed: int


class Heard(NamedTuple):
    """An event as a record describes it: the log's id (empty: not given), its running number and its cursor there."""

    log: str
    number: int
    cursor: Cursor
    order_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Logs:
    """This log, and the ids of those that it went on from."""

    current: Log
    earlier: Collection[str]

    def here(self, heard: Heard) -> bool:
        """Whether the record says that it comes from this log."""
        named = heard.log == self.current.id or (not heard.log and heard.number <= self.current.unnamed)
        return named and heard.number > self.current.after

    def before(self, heard: Heard) -> bool:
        """Whether it comes from a log that this one went on from: so nothing of this one lies before it."""
        return heard.log in self.earlier

    def strange(self, heard: Heard) -> bool:
        """Whether it comes from a log that this one knows nothing of. One without an id may be anybody's."""
        return bool(heard.log) and heard.log != self.current.id and heard.log not in self.earlier
