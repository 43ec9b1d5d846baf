"""The bridge commits its offsets, then hands over. Breaks "nothing lost": what it had in hand when it died is gone."""

from typing import Any

from pedidos.crash_points import CrashPoint, reach
from pedidos.messaging.consumer import Consumer
from pedidos.messaging.unreadable import Polled
from pedidos_drills.safeguard import Safeguard


def commit_then_work(self: Consumer[Any], polled: Polled) -> None:
    self._commit()
    reach(CrashPoint.BRIDGE_ENQUEUED)
    self._worked(polled)


def pass_by(_name: str) -> None:
    """There is one place to die: between the two things that are now the other way round."""


SAFEGUARD = Safeguard(
    "offsets-after-enqueue",
    guards="The bridge commits offsets only after the task broker has taken the orders.",
    off="It commits them first.",
    needs="bridge-killed",
    invariant="nothing lost",
    replaced={
        "pedidos.messaging.consumer:Consumer._work_then_commit": commit_then_work,
        "pedidos.processes.bridge:reach": pass_by,
    },
    alone={"stalled_after_seconds": 100_000.0},
    why_alone="The watchdog would find the lost orders, only later.",
)
