"""Logs of events, each with an id: which one a record comes from, and whether that is this one.

A database that was restored to an earlier moment has lost events that are on Kafka, and would give their running
numbers and places to others. Then a new log goes on from what is left, with an id of its own.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID


class Place(NamedTuple):
    """A place in the event log, comparable with others of the same log."""

    txid: int
    seq: int


@dataclass(frozen=True, slots=True)
class Log:
    """A log, and where it begins: running numbers of its events are greater than after, their places lie behind begin.
    Records up to the running number unnamed may lack the id: older versions wrote them."""

    id: str
    after: int
    begin: Place
    unnamed: int


class Heard(NamedTuple):
    """An event as a record tells of it: the log's id (empty: it does not say), its running number and place there."""

    log: str
    number: int
    place: Place
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
