"""Named places at which a drill may have a process die, as if killed. Inert unless a drill names a folder for them."""

import os
import signal
from pathlib import Path

FOLDER_VARIABLE = "PEDIDOS_CRASH_FOLDER"

_folder = Path(os.environ[FOLDER_VARIABLE]) if os.environ.get(FOLDER_VARIABLE) else None


def reach(name: str) -> None:
    """Kills this process (SIGKILL) if the point is armed: a file of its name is in the folder. One file, one death."""
    if _folder is None:
        return
    try:
        (_folder / name).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def arm(folder: Path, name: str) -> None:
    """Has the next process that reaches the point die there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).touch()


def armed(folder: Path, name: str) -> bool:
    """Whether nobody has reached the point since it was armed."""
    return (folder / name).exists()


def disarm(folder: Path, name: str) -> None:
    """Nobody dies there any more."""
    (folder / name).unlink(missing_ok=True)
