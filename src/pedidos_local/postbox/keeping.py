"""Keeps the mails that came in a Maildir, the newest ones."""

import threading
from mailbox import Maildir
from pathlib import Path

SPARE = 0.1
"""The oldest are removed when there are more than allowed by this part."""


class Keeper:
    """folder: is created. most: the number of mails that are kept: a demo under load makes more than anybody reads."""

    def __init__(self, folder: Path, most: int) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._maildir = Maildir(folder, create=True)
        self._folder = folder / "new"
        self._most = most
        self._count = len(list(self._folder.iterdir()))
        self._lock = threading.Lock()

    def keep(self, content: bytes) -> None:
        """Returns once the mail is on the disk. Raises OSError."""
        with self._lock:
            self._maildir.add(content)
            self._count += 1
            if self._count > self._most * (1 + SPARE):
                self._thin()

    def _thin(self) -> None:
        newest_first = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for file in newest_first[self._most :]:
            file.unlink(missing_ok=True)
        self._count = min(self._count, self._most)
