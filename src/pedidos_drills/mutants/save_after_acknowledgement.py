"""Saves the relay's position, then publishes. Breaks history: events unsent at a crash are never published."""

from sqlalchemy import Connection

from pedidos.crash_points import CrashPoint, reach
from pedidos.processes.relay.relay import Relay
from pedidos.storage.event_log import positions
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.event_log.positions import Leadership, Position
from pedidos_drills.mutants.tail_compared import believe
from pedidos_drills.safeguard import Safeguard

_lead = Relay._lead
_publish = Relay._publish
_leading: list[tuple[Connection, Leadership]] = []


def lead(self: Relay, connection: Connection, leadership: Leadership) -> None:
    _leading[:] = [(connection, leadership)]
    _lead(self, connection, leadership)


def save_then_publish(self: Relay, position: Position, events: list[LoggedEvent]) -> Position:
    connection, leadership = _leading[0]
    behind = Position(events[-1].cursor, position.published + len(events))
    positions.save(connection, leadership, behind, self._settings.relay_lease_seconds)
    reach(CrashPoint.RELAY_ACKNOWLEDGED)
    return _publish(self, position, events)


def pass_by(_name: str) -> None:
    """Replaces the usual crash point: the only one is between the two actions, whose order is reversed here."""


SAFEGUARD = Safeguard(
    "save-after-acknowledgement",
    guards="The relay's position moves only after Kafka has acknowledged.",
    off="It moves before anything is sent, and the next relay does not compare with Kafka, which would show that.",
    needs="relay-killed",
    invariant="history",
    replaced={
        "pedidos.processes.relay.relay:Relay._lead": lead,
        "pedidos.processes.relay.relay:Relay._publish": save_then_publish,
        "pedidos.processes.relay.relay:reach": pass_by,
        "pedidos.processes.relay.kafka_comparison:KafkaComparison.compare": believe,
    },
)
