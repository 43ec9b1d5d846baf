"""Which failed sign-ins get an entry of their own in the audit log: a flood of them must not fill the disk."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

PER_MINUTE = 20
"""Entries of one api process in a minute."""

WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Noted:
    """An entry is due. uncounted: earlier failures that got none."""

    uncounted: int


class FailedSignIns:
    """In a minute, the first failure of a client with an address gets an entry, up to PER_MINUTE. The others are
    counted, and the next entry says how many there were.

    It decides by the address that was sent, and not by the account: so the time that a sign-in takes does not tell
    whether the account exists.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._one_at_a_time = threading.Lock()
        self._ends = 0.0
        self._seen: set[tuple[str | None, str]] = set()
        self._uncounted = 0

    def note(self, client: str | None, email: str) -> Noted | None:
        """None if the failure gets no entry."""
        with self._one_at_a_time:
            now = self._clock()
            if now >= self._ends:
                self._seen.clear()
                self._ends = now + WINDOW_SECONDS
            if (client, email) in self._seen or len(self._seen) >= PER_MINUTE:
                self._uncounted += 1
                return None
            self._seen.add((client, email))
            noted = Noted(self._uncounted)
            self._uncounted = 0
            return noted
