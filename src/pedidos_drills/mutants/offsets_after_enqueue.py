"""The bridge commits its offsets, then hands over. Breaks "nothing lost": what it had in hand when it died is gone."""

from collections.abc import Sequence

from kafka.consumer.fetcher import ConsumerRecord

from pedidos.crash_points import reach
from pedidos.errors import KafkaUnavailable
from pedidos.processes.bridge import Bridge
from pedidos_drills.safeguard import Safeguard

_handed_over = Bridge._handed_over


def commit_then_hand_over(self: Bridge, records: Sequence[ConsumerRecord]) -> bool:
    try:
        self._consumer.commit()
    except KafkaUnavailable:
        return False  # the same records come again
    reach("bridge.enqueued")
    return _handed_over(self, records)


def pass_by(_name: str) -> None:
    """There is one place to die: between the two things that are now the other way round."""


SAFEGUARD = Safeguard(
    "offsets-after-enqueue",
    guards="The bridge commits offsets only after the task broker has taken the orders.",
    off="It commits them first.",
    needs="bridge-killed",
    invariant="nothing lost",
    replaced={
        "pedidos.processes.bridge:Bridge._handed_over": commit_then_hand_over,
        "pedidos.processes.bridge:reach": pass_by,
    },
    alone={"stalled_after_seconds": 100_000.0},
    why_alone="The watchdog would find the lost orders, only later.",
)
