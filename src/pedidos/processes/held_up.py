"""What the relay does while events wait that are not final: moves the bound on, and names what holds it back."""

import structlog
from sqlalchemy import Connection

from pedidos.storage.event_log import finality
from pedidos.storage.event_log.positions import Position

LOOK_SECONDS = 0.2
"""Between two looks. What waits at one and still waits at the next is held up; transactions of ours are shorter."""
FENCE_SECONDS = 0.6
"""So long it must have waited before transactions that have not written are shut out: those of ours that wait for a row
may still come to an end, and need not be repeated."""
TELL_SECONDS = 2.0
TELL_AGAIN_SECONDS = 30.0
TOLD_AT_MOST = 3
"""Transactions that are named at a time."""

logger = structlog.get_logger()


class HeldUp:
    """Watches over the events after the relay's position, of which none is final."""

    def __init__(self) -> None:
        self._looked = 0.0
        self._since: float | None = None
        self._told: float | None = None

    def progress(self) -> None:
        """There were events to publish."""
        self._since = None

    def look(self, connection: Connection, position: Position, now: float) -> bool:
        """To be called when nothing is left that is final; mostly does nothing. Whether there may be something now.

        now is time.monotonic(). The connection commits each statement.
        """
        if now - self._looked < LOOK_SECONDS:
            return False
        self._looked = now
        if not finality.waits(connection, position.cursor):
            self._since = None
            return False
        if self._since is None:
            self._since = now
            return False
        return self._move_on(connection, now, now - self._since)

    def _move_on(self, connection: Connection, now: float, waited: float) -> bool:
        if finality.advance(connection):
            return True
        holders = finality.holders(connection)
        if waited >= TELL_SECONDS:
            self._tell(holders, now, waited)
        if waited < FENCE_SECONDS or not any(holder.would_be_refused for holder in holders):
            return False
        finality.raise_fence(connection)
        return finality.advance(connection)

    def _tell(self, holders: list[finality.Holder], now: float, waited: float) -> None:
        if self._told is not None and now - self._told < TELL_AGAIN_SECONDS:
            return
        self._told = now
        for holder in holders[:TOLD_AT_MOST]:
            logger.warning("held up", seconds=round(waited, 1), by=str(holder))
