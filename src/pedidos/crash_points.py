"""Named points at which a drill can kill a process. They do nothing unless a drill sets a folder for them."""

import os
import signal
from functools import cache
from pathlib import Path

FOLDER_VARIABLE = "PEDIDOS_CRASH_FOLDER"


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
