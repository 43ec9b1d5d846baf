"""The system's store, which curl, Python and most programs read, and browsers do not. Only root can change it."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pedidos_local.trusting.authority import LABEL, Authority
from pedidos_local.trusting.programs import run

PREFIX = LABEL.replace(" ", "-")


@dataclass(frozen=True, slots=True)
class SystemStore:
    """folder: where added certificates are. update: the command that makes programs see them."""

    folder: Path
    update: Sequence[str]
    readers: str = "curl, Python and other programs"

    @property
    def place(self) -> str:
        return str(self.folder)

    @property
    def missing(self) -> str | None:
        return None if os.geteuid() == 0 else "run this command as root"

    def trusts(self, authority: Authority) -> bool:
        return self._file(authority).is_file()

    def add(self, authority: Authority) -> None:
        shutil.copyfile(authority.file, self._file(authority))
        self._file(authority).chmod(0o644)
        run(self.update)

    def remove_ours(self) -> int:
        ours = list(self.folder.glob(f"{PREFIX}-*.crt"))
        for file in ours:
            file.unlink()
        if ours:
            run(self.update)
        return len(ours)

    def _file(self, authority: Authority) -> Path:
        return self.folder / f"{PREFIX}-{authority.fingerprint[:16]}.crt"


KNOWN = (
    SystemStore(Path("/usr/local/share/ca-certificates"), ["update-ca-certificates"]),  # Debian, Ubuntu, Alpine
    SystemStore(Path("/etc/pki/ca-trust/source/anchors"), ["update-ca-trust"]),  # Fedora, Red Hat
)


def found() -> SystemStore | None:
    """The store of this system; None if it is not one that we know."""
    return next((store for store in KNOWN if store.folder.is_dir() and shutil.which(store.update[0])), None)
