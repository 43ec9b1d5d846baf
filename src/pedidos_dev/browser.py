"""`python -m pedidos_dev.browser`: finds Chromium for the tests of the pages, or installs it where that asks nothing.

It is a program of its own, because the tests have the whole environment of the shell and the command line has not.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pedidos_bench.browsing.chromium import find

__all__ = ["ensure", "find"]

INSTALL_SECONDS = 600


def ensure(say: Callable[[str], object]) -> Path | None:
    """Finds Chromium, and installs it if there is none. None if that is not possible."""
    found = find()
    if found is None:
        for command in _installers():
            say(f"No Chromium found: {' '.join(command)}")
            if not _succeeds(command):
                break
        found = find()
    return found


def _installers() -> Sequence[Sequence[str]]:
    """The commands that install it, one after the other. Debian's needs root, and brings the libraries that it uses."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        return (
            ["apt-get", "update", "-qq"],
            [
                "apt-get",
                "install",
                "-qq",
                "--yes",
                "--no-install-recommends",
                "chromium",
                "fonts-dejavu-core",
                "libnss3-tools",
            ],
        )
    return ([sys.executable, "-m", "playwright", "install", "chromium"],)


def _succeeds(command: Sequence[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, timeout=INSTALL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def main() -> int:
    """0 if there is a browser now."""
    found = ensure(lambda line: sys.stderr.write(f"{line}\n"))
    sys.stdout.write(f"{found}\n" if found else "")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
