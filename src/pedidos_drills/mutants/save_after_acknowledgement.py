"""Saves the relay's position, then publishes. Breaks history: events unsent at a crash are never published."""

from collections.abc import Callable, Sequence

from pedidos.crash_points import CrashPoint, reach
from pedidos.sentence import Sentence
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.event_log.positions import Position
from pedidos_drills.mutants.tail_compared import believe
from pedidos_drills.safeguard import Safeguard


def save_then_publish(
    position: Position,
    events: Sequence[LoggedEvent],
    publish: Callable[[Position, Sequence[LoggedEvent]], Position],
    save: Callable[[Position], bool],
) -> tuple[Position, bool]:
    leads = save(position.after(events))
    reach(CrashPoint.RELAY_ACKNOWLEDGED)
    return publish(position, events), leads


SAFEGUARD = Safeguard(
    "save-after-acknowledgement",
    guards="The relay's position moves only after Kafka has acknowledged.",
    off=Sentence(
        "It moves before anything is sent, and the next relay does not compare with Kafka, which would show that."
    ),
    needs="relay-killed",
    invariant="history",
    replaced={
        "pedidos.processes.relay.relay:publish_then_save": save_then_publish,
        "pedidos.processes.relay.kafka_comparison:KafkaComparison.compare": believe,
    },
)
