"""Named points at which a drill can kill a process. They do nothing unless a drill sets a folder for them."""

import os
import signal
from pathlib import Path

FOLDER_VARIABLE = "PEDIDOS_CRASH_FOLDER"

_folder = Path(os.environ[FOLDER_VARIABLE]) if os.environ.get(FOLDER_VARIABLE) else None


def reach(name: str) -> None:
    """Kills this process (SIGKILL) if the point is armed: its file is in the folder. One file is one death."""
    if _folder is None:
        return
    try:
        (_folder / name).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


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
