"""Named points at which a drill can kill a process. They do nothing unless a drill sets a folder for them."""

import os
import signal
from enum import StrEnum
from functools import cache
from pathlib import Path

FOLDER_VARIABLE = "PEDIDOS_CRASH_FOLDER"


class CrashPoint(StrEnum):
    """The points, apart from two that every step has: begun and committed. The part before the dot is the step or the
    process that reaches it."""

    API_BEFORE_COMMIT = "api.before_commit"
    API_AFTER_COMMIT = "api.after_commit"
    RELAY_ACKNOWLEDGED = "relay.acknowledged"
    BRIDGE_ENQUEUED = "bridge.enqueued"
    NOTIFIER_WRITTEN = "notifier.written"
    NOTIFIER_MAIL_SENT = "notifier.mail_sent"
    NOTIFIER_WEBHOOK_SENT = "notifier.webhook_sent"
    RESERVE_MOVING = "reserve.moving"
    CHARGE_INTENDED = "charge.intended"
    CHARGE_ANSWERED = "charge.answered"
    CHARGE_UNDOING = "charge.undoing"
    UNDO_ANSWERED = "undo.answered"
    UNDO_PART_ANSWERED = "undo.part_answered"
    EXPIRE_UNDOING = "expire.undoing"
    EXPIRE_UNACCEPTED = "expire.unaccepted"
    CANCEL_UNDOING = "cancel.undoing"


def begun(step: str) -> str:
    """The point at the beginning of a step."""
    return f"{step}.begun"


def committed(step: str) -> str:
    """The point after each commit of a step."""
    return f"{step}.committed"


def points_of(step: str) -> tuple[str, ...]:
    """All points of a step, in the order in which it reaches them."""
    return (begun(step), *(point for point in CrashPoint if point.startswith(f"{step}.")), committed(step))


def reach(name: str) -> None:
    """Kills this process (SIGKILL) if the point is armed: its file is in the folder. One file is one death."""
    folder = _folder()
    if folder is None:
        return
    try:
        (folder / name).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


@cache
def _folder() -> Path | None:
    """Looked up once: every order passes several points."""
    given = os.environ.get(FOLDER_VARIABLE)
    return Path(given) if given else None


def arm(folder: Path, name: str) -> None:
    """Kills the next process that reaches the point."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).touch()


def armed(folder: Path, name: str) -> bool:
    """Whether the point is armed: no process has reached it since `arm`."""
    return (folder / name).exists()


def disarm(folder: Path, name: str) -> None:
    """Disarms the point: processes pass it."""
    (folder / name).unlink(missing_ok=True)
