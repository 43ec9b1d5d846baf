"""A clock that a drill can set, for every program of its platform that asks the C library for the time.

libfaketime (W. Hommel, https://github.com/wolfcw/libfaketime) is loaded into them before the C library, and reads the
offset of their clock from a file. The offset applies only to the time of day: the monotonic clock (CLOCK_MONOTONIC)
continues unchanged, as when an administrator or a time server sets a machine's clock.
"""

import hashlib
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pedidos_local import uv
from pedidos_local.kafka_jars import cache_folder

LOCK_FILE = Path(__file__).parents[2] / "locks" / "clock.txt"
LIBRARY = Path("libfaketime", "vendor", "libfaketime", "src", "libfaketime.so.1")
RIGHT = 0
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # where the library leaves two files for each process that is killed
NOTICED_SECONDS = 1
"""After this time every program has read the file again."""


class NoClock(Exception):
    """There is no library for this machine; the message says why."""


class Clock:
    """The clock of a platform's programs; correct at first."""

    def __init__(self, library: Path, offset_file: Path) -> None:
        self._offset_file = offset_file
        self.set_wrong(RIGHT)
        self.env = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(offset_file),
            "FAKETIME_CACHE_DURATION": str(NOTICED_SECONDS),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # for old C libraries; with newer ones, Java's timed waits never end
            "NO_FAKE_STAT": "1",  # file times come from the kernel, unchanged
        }
        """Variables that the environment of each program must contain."""

    def set_wrong(self, seconds: int) -> None:
        """Sets the clock ahead by this many seconds from now on, or behind if they are negative."""
        draft = self._offset_file.with_suffix(".new")
        draft.write_text(f"{seconds:+d}\n", "utf-8")
        draft.replace(self._offset_file)


@contextmanager
def settable() -> Iterator[Clock]:
    """Raises NoClock."""
    library = _library()
    before = _left_behind()
    # Not in the platform's folder, which only we can read: started by root, PostgreSQL runs as another user.
    with tempfile.TemporaryDirectory(prefix="pedidos-clock-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            yield Clock(Path(shutil.copy(library, folder)), folder / "offset")
        finally:
            for path in _left_behind() - before:
                path.unlink(missing_ok=True)


def _library() -> Path:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise NoClock("the library that sets a program's clock exists only for Linux on x86-64")
    if not LOCK_FILE.exists():
        raise NoClock(f"{LOCK_FILE} is missing: a clock can be set only from a checkout")
    digest = hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()
    folder = cache_folder().parent / "clock" / digest[:16]
    if not folder.exists():
        _install(folder)
    return folder / LIBRARY


def _install(folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".installing-") as name:
            draft = Path(name) / "packages"
            told = ("--quiet", "--no-config", "--require-hashes", "--only-binary", ":all:", "--target", str(draft))
            uv.run("pip", "install", *told, "--requirements", str(LOCK_FILE))
            draft.replace(folder)
    except (uv.UvFailed, OSError) as error:
        if not folder.exists():  # otherwise another process was faster and has created it
            raise NoClock(f"the library that sets a program's clock could not be installed: {error}") from error


def _left_behind() -> set[Path]:
    return {*SHARED_MEMORY.glob("faketime_shm_*"), *SHARED_MEMORY.glob("sem.faketime_sem_*")}
