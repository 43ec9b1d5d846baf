"""Does not compare the log with Kafka. Breaks history: what Kafka has lost is never published again."""

from collections.abc import Callable

from sqlalchemy import Connection

from pedidos.messaging.producer import Acknowledged
from pedidos.processes.relay.kafka_comparison import KafkaComparison
from pedidos.sentence import Sentence
from pedidos.storage.event_log import lineage
from pedidos.storage.event_log.positions import Position
from pedidos_drills.safeguard import Safeguard


def believe(
    _self: KafkaComparison,
    connection: Connection,
    _position: Position,
    _still: Callable[[], bool],
    _move: Callable[[Position], bool],
) -> str:
    return lineage.read(connection).current.id


def overlook(_self: KafkaComparison, _written: Acknowledged) -> None:
    """Ignores offsets that Kafka assigns a second time."""


SAFEGUARD = Safeguard(
    "tail-compared",
    guards="A relay that takes the lead publishes again what Kafka has lost, and notices when offsets go back.",
    off=Sentence("It continues at its position."),
    needs="kafka-tail",
    invariant="history",
    replaced={
        "pedidos.processes.relay.kafka_comparison:KafkaComparison.compare": believe,
        "pedidos.processes.relay.kafka_comparison:KafkaComparison.acknowledged": overlook,
    },
)
