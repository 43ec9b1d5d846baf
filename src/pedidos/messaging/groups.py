"""The consumer groups of this platform: the topic that each reads, and how its records are decoded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pedidos.messaging.codec import EncodedRecord, decode, decode_placed
from pedidos.messaging.topics import EVENTS, PLACED

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ConsumerGroup(Generic[T]):
    """name: of the process, of its module in pedidos.processes, and of the source of its dead letters. does: one
    sentence for the command line. decode: raises InvalidRecord. role: the kind of process whose rights it has at
    PostgreSQL. Those of the bridge are to write dead letters, and nothing else."""

    name: str
    does: str
    topic: str
    decode: Callable[[EncodedRecord], T]
    role: str = "bridge"

    @property
    def id(self) -> str:
        """The group's id in Kafka."""
        return f"pedidos-{self.name}"


BRIDGE = ConsumerGroup("bridge", "Hand orders over from Kafka to Celery.", PLACED, decode_placed)
NOTIFIER = ConsumerGroup(
    "notifier", "Tell people what happens to their orders, and send mails.", EVENTS, decode, "notifier"
)

GROUPS: dict[str, ConsumerGroup[Any]] = {group.name: group for group in (BRIDGE, NOTIFIER)}
"""By name. `up` starts a process for each, and `status` shows how far each is behind."""
