"""A place in the event log, and its text form for use outside a process."""

import re
from typing import NamedTuple

_TEXT = re.compile(r"(\d{1,19})-(\d{1,18})", re.ASCII)


class Cursor(NamedTuple):
    """The transaction that wrote an event, and the event's number. Cursors of one log sort in the order of the log.

    No event has seq 0, so (n, 0) lies just before transaction n.
    """

    txid: int
    seq: int

    def __str__(self) -> str:
        """Its text in Kafka's header, in the ids of live streams and in dead letters."""
        return f"{self.txid}-{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """Parses the text form; None if the text is not a cursor."""
        match = _TEXT.fullmatch(text)
        return cls(int(match[1]), int(match[2])) if match else None


START = Cursor(0, 0)
"""Before all events."""
