"""Commits the offsets, then writes the mails. Breaks "everybody told": a crash in between loses events."""

from collections.abc import Callable

from pedidos.crash_points import CrashPoint, reach
from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard


def commit_then_work(work: Callable[[], bool], commit: Callable[[], None]) -> None:
    commit()
    reach(CrashPoint.NOTIFIER_WRITTEN)
    work()


def pass_by(_name: str) -> None:
    """Replaces the usual crash point: the only one is between the two actions, whose order is reversed here."""


SAFEGUARD = Safeguard(
    "offsets-after-mails",
    guards="The notifier commits offsets only after its mails are written.",
    off=Sentence("It commits them first."),
    needs="notifier-killed",
    invariant="everybody told",
    replaced={
        "pedidos.messaging.consumer:work_then_commit": commit_then_work,
        "pedidos.processes.notifier.telling:reach": pass_by,
    },
)
