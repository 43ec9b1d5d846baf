"""Commits the offsets, then hands the orders over. Breaks "nothing lost": a crash in between loses orders."""

from collections.abc import Callable

from pedidos.crash_points import CrashPoint, reach
from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard


def commit_then_work(work: Callable[[], bool], commit: Callable[[], None]) -> None:
    commit()
    reach(CrashPoint.BRIDGE_ENQUEUED)
    work()


def pass_by(_name: str) -> None:
    """Replaces the usual crash point: the only one is between the two actions, whose order is reversed here."""


SAFEGUARD = Safeguard(
    "offsets-after-enqueue",
    guards="The bridge commits offsets only after the task broker has accepted the orders.",
    off=Sentence("It commits them first."),
    needs="bridge-killed",
    invariant="nothing lost",
    replaced={
        "pedidos.messaging.consumer:work_then_commit": commit_then_work,
        "pedidos.processes.bridge.bridge:reach": pass_by,
    },
    alone={"stalled_after_seconds": 100_000.0},
    why_alone="The watchdog would find the lost orders later.",
)
