"""The platform's relay, which waits longer for Kafka, as over a network: python -m pedidos_bench.relay MILLISECONDS."""

import sys
import time
from collections.abc import Iterable

from pedidos.messaging.producer import Acknowledged, Producer
from pedidos.messaging.record_batches import Record
from pedidos.processes.entry import begin
from pedidos.processes.running import freeze_gc
from pedidos.settings.groups.kafka import KafkaSettings
from pedidos.settings.processes import RelaySettings
from pedidos.wiring.relay import relay_process


class WaitingProducer(Producer):
    """Kafka's acknowledgement takes some time longer."""

    def __init__(self, settings: KafkaSettings, client_id: str, wait_seconds: float) -> None:
        super().__init__(settings, client_id)
        self._wait_seconds = wait_seconds

    def send(self, records: Iterable[Record]) -> Acknowledged:
        acknowledged = super().send(records)
        time.sleep(self._wait_seconds)
        return acknowledged


def main(wait_seconds: float) -> None:
    """Runs the unchanged relay, except for its producer."""

    def waiting(settings: KafkaSettings, client_id: str) -> Producer:
        return WaitingProducer(settings, client_id, wait_seconds)

    with relay_process(begin(RelaySettings), waiting) as relay:
        freeze_gc()
        relay.run()


if __name__ == "__main__":
    main(float(sys.argv[1]) / 1000)
