"""Trusts whatever leaders Kafka's partitions have. Breaks history: what a failed leader has lost is not sent again."""

from collections.abc import Collection

from pedidos.processes.relay.leaders import KafkaLeaders, Publisher
from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard


def trust(self: KafkaLeaders, publishers: Collection[Publisher]) -> None:
    self._epochs = self._read()
    for publisher in publishers:
        if publisher.reached is not None:
            publisher.confirm(publisher.reached, self._epochs)


SAFEGUARD = Safeguard(
    "leaders-watched",
    guards="With several shards, a relay that sees another leader of a partition goes back to what was confirmed.",
    off=Sentence("It takes whatever leaders there are for those of before."),
    needs=SIMULATION,
    invariant="history",
    replaced={"pedidos.processes.relay.leaders:KafkaLeaders.look": trust},
    alone={"relay_shards": 4},
    why_alone="A relay that is alone in the log sees a loss by the offsets.",
)
