"""Event logs with ids: which log a record comes from, and whether it is this one.

A database that was restored to an earlier time has lost events that are on Kafka, and would give their running numbers
and places to other events. So a new log, with its own id, continues from what is left.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from pedidos.domain.cursor import Cursor


@dataclass(frozen=True, slots=True)
class Log:
    """A log and its beginning: its events have running numbers greater than `after`, and cursors greater than `begin`.
    Records up to the running number `unnamed` may lack the id: older versions wrote them."""

    id: str
    after: int
    begin: Cursor
    unnamed: int


class Heard(NamedTuple):
    """An event as a record describes it: the log's id (empty: not given), its running number, its cursor and its shard
    there."""

    log: str
    number: int
    cursor: Cursor
    order_id: UUID
    version: int
    shard: int = 0


@dataclass(frozen=True, slots=True)
class Logs:
    """This log, and the ids of its predecessors."""

    current: Log
    earlier: Collection[str]

    def here(self, heard: Heard) -> bool:
        """Whether the record comes from this log."""
        named = heard.log == self.current.id or (not heard.log and heard.number <= self.current.unnamed)
        return named and heard.number > self.current.after

    def before(self, heard: Heard) -> bool:
        """Whether the record comes from a predecessor of this log; then no record of this log is before it."""
        return heard.log in self.earlier

    def strange(self, heard: Heard) -> bool:
        """Whether the record comes from an unknown log. The origin of a record without an id is unknown."""
        return bool(heard.log) and heard.log != self.current.id and heard.log not in self.earlier
