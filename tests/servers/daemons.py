"""Starting the programs of a Linux distribution for tests, each as a user that it accepts."""

import os
import pwd
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from pedidos_local.ports import LOOPBACK
from pedidos_local.program import Program
from tests.support.programs import ManagedProgram

FOLDERS = ("/usr/lib/rabbitmq/bin", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")
"""Where programs are that a user's PATH lacks. The first has RabbitMQ's without the wrapper that changes the user."""


def find(name: str) -> str:
    """The program. Skips the test if it is not installed."""
    found = shutil.which(name, path=os.pathsep.join(FOLDERS)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: apt-get install {name}")
    return found


def unprivileged() -> tuple[int | None, int | None]:
    """User and group of a program that refuses to run as root; None for our own."""
    if os.geteuid() != 0:
        return None, None
    user = pwd.getpwnam("nobody")
    return user.pw_uid, user.pw_gid


def give(path: Path) -> None:
    """The folder, or the file, belongs to that user, who can reach it."""
    uid, gid = unprivileged()
    if uid is not None and gid is not None:
        os.chown(path, uid, gid)


def listens(port: int) -> Callable[[], bool]:
    """Whether anything accepts connections there."""

    def answers() -> bool:
        try:
            with socket.create_connection((LOOPBACK, port), 1):
                return True
        except OSError:
            return False

    return answers


def started(program: Program, folder: Path) -> ManagedProgram:
    """The program, which is ready. It is the caller's to end."""
    managed = ManagedProgram(program, folder / f"{program.name}.log")
    managed.start()
    return managed
