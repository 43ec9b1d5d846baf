"""Keeps the mails that came in a Maildir, the newest ones."""

import threading
from mailbox import Maildir
from pathlib import Path

MOST = 1000
"""Mails that are kept. A demo under load makes more than anybody reads."""

SPARE = 100
"""The oldest are removed when there are this number more."""


class Keeper:
    """folder: is created."""

    def __init__(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._maildir = Maildir(folder, create=True)
        self._folder = folder / "new"
        self._count = len(list(self._folder.iterdir()))
        self._lock = threading.Lock()

    def keep(self, content: bytes) -> None:
        """Returns once the mail is on the disk. Raises OSError."""
        with self._lock:
            self._maildir.add(content)
            self._count += 1
            if self._count > MOST + SPARE:
                self._thin()

    def _thin(self) -> None:
        newest_first = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for file in newest_first[MOST:]:
            file.unlink(missing_ok=True)
        self._count = min(self._count, MOST)
