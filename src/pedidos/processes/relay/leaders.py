"""Notices when partitions get other leaders, after which records that Kafka had acknowledged may be gone.

A relay that is alone in the log sees a loss by offsets: no one else writes to the topics. With several shards, others
write behind a loss at once, and the offsets look as if nothing had happened. But Kafka loses records only with a
leader: the broker has started again, or another replica has become the leader. Then the epoch of the partition grows.

So each shard has a position that is confirmed: all up to there was acknowledged before a look at the epochs, and the
look found them unchanged. It is in PostgreSQL, with the epochs (`storage/event_log/positions.py`). A relay that takes
the lead and finds other epochs goes back to that position, compares, and publishes from there.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol

import structlog

from pedidos.errors import Transient, first_line
from pedidos.messaging.leader_epochs import Epochs
from pedidos.storage.event_log.positions import Confirmed, Position

LOOK_SECONDS = 1.0
"""Time between two looks. What was published meanwhile is published again after a change."""

logger = structlog.get_logger()


class Reached(NamedTuple):
    """Up to where Kafka has acknowledged the events of a shard. epoch: of the leadership."""

    epoch: int
    position: Position


def way_back(confirmed: Confirmed | None, position: Position, epochs: Epochs) -> Position | None:
    """Where a relay that takes the lead at the position has to go back to, because partitions have had other leaders
    since; None: nowhere. confirmed: of the shard; None if it never had company. epochs: now."""
    if confirmed is None or confirmed.epochs == epochs or confirmed.position.published >= position.published:
        return None
    return confirmed.position


class Publisher(Protocol):
    """A relay of a shard."""

    @property
    def reached(self) -> Reached | None:
        """None if it does not lead."""

    def confirm(self, reached: Reached, epochs: Epochs) -> None:
        """With these leaders, Kafka has not lost anything up to there."""

    def doubt(self) -> None:
        """Kafka may have lost something behind the position that was confirmed last."""


class KafkaLeaders:
    """Looks at the epochs, for all shards of the process."""

    def __init__(self, read: Callable[[], Epochs]) -> None:
        """read: raises Transient."""
        self._read = read
        self._epochs: Epochs | None = None

    @property
    def known(self) -> bool:
        """Whether a change is noticed from now on."""
        return self._epochs is not None

    def look(self, publishers: Collection[Publisher]) -> None:
        """To be called again and again, in one thread."""
        reached = [(publisher, publisher.reached) for publisher in publishers]
        try:
            epochs = self._read()
        except Transient as error:
            logger.warning("leaders are not known", reason=first_line(error))
            return
        if self._epochs is None:
            self._epochs = epochs
        elif epochs != self._epochs:
            logger.warning("other leaders", partitions=len(set(epochs.items()) - set(self._epochs.items())))
            self._epochs = epochs
            for publisher in publishers:
                publisher.doubt()
        else:
            for publisher, place in reached:
                if place is not None:
                    publisher.confirm(place, epochs)
