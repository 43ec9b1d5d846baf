"""Publishes after a restore as if nothing had happened. Breaks history: a place in the log means two events."""

from pedidos.sentence import Sentence
from pedidos_drills.mutants.tail_compared import believe, overlook
from pedidos_drills.safeguard import Safeguard

SAFEGUARD = Safeguard(
    "restore-refused",
    guards="A relay that finds more on Kafka than in the log publishes nothing until a new log has begun.",
    off=Sentence("It continues at its position."),
    needs="restored",
    invariant="history",
    replaced={
        "pedidos.processes.relay.kafka_comparison:KafkaComparison.compare": believe,
        "pedidos.processes.relay.kafka_comparison:KafkaComparison.acknowledged": overlook,
    },
)
