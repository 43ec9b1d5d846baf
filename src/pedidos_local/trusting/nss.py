"""The databases of Chromium, Chrome, Edge and Firefox on Linux, which certutil of Mozilla's NSS changes.

Source: certutil's manual, and Chromium's docs/linux/cert_management.md.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pedidos.sentence import Sentence
from pedidos_local.trusting.authority import LABEL, Authority
from pedidos_local.trusting.programs import run
from pedidos_local.trusting.store import StoreFailed

TRUSTED_FOR_SERVERS = "C,,"

CHROMIUM = (".pki/nssdb", "snap/chromium/current/.pki/nssdb")
FIREFOX = (".mozilla/firefox", "snap/firefox/common/.mozilla/firefox")

NO_CERTUTIL = Sentence(
    "install certutil first (Debian, Ubuntu: apt-get install libnss3-tools; Fedora: dnf install nss-tools)"
)


def databases(home: Path) -> Iterator["NssDatabase"]:
    """Those in this home folder, and the first of Chromium's, which Chromium reads as soon as it exists."""
    for number, place in enumerate(CHROMIUM):
        if number == 0 or (home / place / "cert9.db").is_file():
            yield NssDatabase(home / place, "Chromium, Chrome, Edge")
    for place in FIREFOX:
        for database in sorted((home / place).glob("*/cert9.db")):
            yield NssDatabase(database.parent, "Firefox")


@dataclass(frozen=True, slots=True)
class NssDatabase:
    """folder: contains cert9.db, or will."""

    folder: Path
    readers: str

    @property
    def place(self) -> str:
        return str(self.folder)

    @property
    def missing(self) -> str | None:
        return None if shutil.which("certutil") else NO_CERTUTIL

    def trusts(self, authority: Authority) -> bool:
        return authority.name in self._ours()

    def add(self, authority: Authority) -> None:
        if not self._exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._certutil("-N", "--empty-password")
        if not self.trusts(authority):
            self._certutil("-A", "-n", authority.name, "-t", TRUSTED_FOR_SERVERS, "-i", str(authority.file))

    def remove_ours(self) -> int:
        ours = self._ours()
        for name in ours:
            self._certutil("-D", "-n", name)
        return len(ours)

    def _exists(self) -> bool:
        return (self.folder / "cert9.db").is_file()

    def _ours(self) -> list[str]:
        """The names of our entries; certutil prints a line for each: the name, and last the trust flags."""
        if not self._exists():
            return []
        lines = self._certutil("-L").splitlines()
        return [line.rsplit(maxsplit=1)[0].strip() for line in lines if line.startswith(LABEL)]

    def _certutil(self, *arguments: str) -> str:
        command = shutil.which("certutil")
        if command is None:
            raise StoreFailed(f"{self.folder}: {NO_CERTUTIL}")
        return run([command, "-d", f"sql:{self.folder}", *arguments])
