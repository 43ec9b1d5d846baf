"""What the relay does while events are not final: it moves the bound on, and logs the transactions that hold it."""

import structlog
from sqlalchemy import Connection

from pedidos.storage.event_log import finality
from pedidos.storage.event_log.positions import Position
from pedidos.telemetry.catalogue import relay as metrics

LOOK_SECONDS = 0.2
"""Time between two checks. Events that wait at both are held up: transactions of this platform are shorter."""
FENCE_SECONDS = 0.6
"""Events must have waited this long before transactions that have not written are fenced off. Until then, transactions
of this platform that wait for a row can still end, and need not be repeated."""
TELL_SECONDS = 2.0
"""Events must have waited this long before the transactions that hold the bound are logged."""
TELL_AGAIN_SECONDS = 30.0
TOLD_AT_MOST = 3
"""Transactions that are logged at a time."""

logger = structlog.get_logger()


class HeldUp:
    """Watches events after the relay's position while none of them is final."""

    def __init__(self) -> None:
        self._looked = 0.0
        self._since: float | None = None
        self._told: float | None = None

    def progress(self) -> None:
        """To be called when there were events to publish."""
        self._move()

    def look(self, connection: Connection, position: Position, now: float) -> bool:
        """To be called when no final event is left. Returns whether there may be one now; mostly it does nothing.

        now: time.monotonic(). The connection commits each statement.
        """
        if now - self._looked < LOOK_SECONDS:
            return False
        self._looked = now
        if not finality.waits(connection, position.cursor):
            self._move()
            return False
        if self._since is None:
            self._since = now
            return False
        metrics.RELAY_HELD_UP.set(now - self._since)
        return self._move_on(connection, now, now - self._since)

    def _move(self) -> None:
        if self._since is not None:
            self._since = None
            metrics.RELAY_HELD_UP.set(0)

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
