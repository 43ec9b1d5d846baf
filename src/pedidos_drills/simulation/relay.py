"""The relay of a simulation: reads the real event log, and keeps what Kafka would have got, in order."""

from collections.abc import Sequence

from sqlalchemy import Engine

from pedidos.domain.cursor import START
from pedidos.domain.order import Status
from pedidos.storage.engine import in_statement, statements
from pedidos.storage.event_log import finality, unpublished
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.event_log.positions import Position
from pedidos_drills.ledger.records import StoredEvent

CATCH_UP = 10_000


class SimulatedRelay:
    """told: every event published so far, with repetitions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._position = Position(START, 0)
        self.told: list[StoredEvent] = []

    def catch_up(self) -> None:
        """Skips what others have left in the log."""
        while self.publish(CATCH_UP):
            self.told.clear()

    def pass_over(self) -> None:
        """Passes transactions that have not written to the log, so that they are refused when they do."""
        with statements(self._engine) as connection:
            if not finality.advance(connection):
                finality.raise_fence(connection)
                finality.advance(connection)

    def publish(self, limit: int, *, saved: bool = True) -> list[StoredEvent]:
        """Publishes the next events of the log; if the relay dies before it has saved its position, they are published
        again."""
        events = in_statement(self._engine, lambda connection: unpublished.read(connection, self._position, limit))
        if events and saved:
            self._position = self._position.after(events)
        return self._tell(events)

    def _tell(self, events: Sequence[LoggedEvent]) -> list[StoredEvent]:
        told = [
            StoredEvent(str(e.order_id), e.version, e.type, Status(e.status), e.detail.get("cause")) for e in events
        ]
        self.told += told
        return told
