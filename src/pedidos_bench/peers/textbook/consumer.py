"""`python -m peers.textbook.consumer`: starts a Celery chain for each order that arrives from Kafka."""

import json
import os
import signal
import sys
from pathlib import Path

from kafka import ConsumerRebalanceListener, KafkaConsumer

from .tasks import start


class Ready(ConsumerRebalanceListener):
    """Reports that partitions were assigned."""

    def on_partitions_assigned(self, assigned: object) -> None:  # noqa: ARG002  # Kafka's interface
        Path(os.environ["READY_FILE"]).touch()

    def on_partitions_revoked(self, revoked: object) -> None:
        pass


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    topic = os.environ["KAFKA_TOPIC"]
    consumer = KafkaConsumer(
        bootstrap_servers=os.environ["KAFKA_BOOTSTRAP"].split(","), group_id=topic, auto_offset_reset="earliest"
    )
    consumer.subscribe([topic], listener=Ready())
    for message in consumer:
        start(json.loads(message.value)["order_id"])


if __name__ == "__main__":
    main()
