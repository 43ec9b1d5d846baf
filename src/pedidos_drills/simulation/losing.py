"""A Kafka that loses the last records that it has acknowledged, as a leader that fails does; for several shards.

Only what was acknowledged after the last look at the leaders' epochs is lost: of what is older, a real relay also
compares the records. A shard that has lost records gets nothing more accepted before it begins again, as Kafka refuses
a producer whose numbers have a gap. Others write on, and their records hide the loss.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from pedidos.messaging.leader_epochs import Epochs
from pedidos.processes.relay.leaders import KafkaLeaders, Reached
from pedidos_drills.ledger.records import StoredEvent

LOOKED = 0.3
"""How often the relays look at the epochs, instead of publishing at once."""
LOST = 0.05


@dataclass
class SimulatedShard:
    """What its relay knows of one shard. refused: Kafka has lost some of its records."""

    reached: Reached | None = None
    confirmed: tuple[Reached, Epochs] | None = None
    safe: int = 0
    doubted: bool = False
    refused: bool = False

    def confirm(self, reached: Reached, epochs: Epochs) -> None:
        self.confirmed = reached, epochs
        self.safe = reached.position.published

    def doubt(self) -> None:
        self.doubted = True


class LosingKafka:
    """told: the records, in order; who judges them may empty it."""

    def __init__(self, told: list[StoredEvent], chance: random.Random) -> None:
        self._told = told
        self._chance = chance
        self._of: list[int] = []
        self._kept = 0
        self._epoch = self._seen = 0
        self._leaders = KafkaLeaders(self.epochs)
        self.shards: dict[int, SimulatedShard] = {}

    def epochs(self) -> Epochs:
        return {"events/0": self._epoch}

    @property
    def is_whole(self) -> bool:
        """Whether nothing was lost that is not published again."""
        return not any(each.refused or each.doubted for each in self.shards.values())

    def forget(self) -> None:
        """All shards begin again; what was told until now is kept."""
        self.shards.clear()
        self.keep()

    def keep(self) -> None:
        """Nothing of what was told until now will be lost."""
        self._note_emptied()
        self._kept = len(self._told)

    def of(self, shard: int) -> SimulatedShard:
        return self.shards.setdefault(shard, SimulatedShard())

    def append(self, shard: int, events: Sequence[StoredEvent]) -> None:
        """The records, of which told has got the events already."""
        self._of += [shard] * len(events)

    def happens(self, *, at_rest: bool, company: bool) -> None:
        """What may happen before the next record: a leader fails, or the relays look. company: no shard is alone in the
        log, which would see a loss by its offsets."""
        self._note_emptied()
        if company and not at_rest and self._chance.random() < LOST:
            self._lose()
        if at_rest or self._chance.random() < LOOKED:
            self._leaders.look(list(self.shards.values()))
            if self._seen == self._epoch:
                self._kept = len(self._told)
            self._seen = self._epoch

    def _lose(self) -> None:
        left = self._chance.randint(self._kept, len(self._told))
        for shard in self._of[left:]:
            self.of(shard).refused = True
        del self._told[left:], self._of[left:]
        self._epoch += 1

    def _note_emptied(self) -> None:
        if not self._told:
            self._of.clear()
            self._kept = 0
