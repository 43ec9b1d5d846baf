"""A base backup of a drill's PostgreSQL with an archive of its write-ahead log, and a restore to a moment in the past.

The settings and the commands are those of docs/backup.md, which a test compares.
"""

import secrets
import shutil
from pathlib import Path
from types import MappingProxyType

from pedidos.domain.cursor import Cursor
from pedidos_drills.platform import DrillPlatform
from pedidos_drills.sql import archiving
from pedidos_local import ports, postgres, postgres_place

ARCHIVING = MappingProxyType(
    {
        "archive_mode": "on",
        "archive_command": "test ! -f {wal}/%f && cp %p {wal}/%f",
        "archive_timeout": "60",
    }
)
"""Settings of a server that archives; {wal} is the folder of the archive."""

RESTORING = MappingProxyType(
    {
        "restore_command": "cp {wal}/%f %p",
        "recovery_target_time": "{moment}",
        "recovery_target_action": "promote",
        "hot_standby": "off",
    }
)
"""Settings of a server that is restored to a moment, beside the file recovery.signal. Without hot_standby, clients are
let in when all of it is there."""

TAKE = ("pg_basebackup", "--checkpoint=fast", "--pgdata={base}")
VERIFY = ("pg_verifybackup", "{base}")

COPY_SECONDS = 300.0


class PhysicalBackup:
    """Lies with the server's files, and is removed with them. Its methods block."""

    def __init__(self, platform: DrillPlatform) -> None:
        self._platform = platform
        self._place = postgres_place.find(platform.settings)
        self._base = self._place.home / "backup-base"
        self._wal = self._place.home / "backup-wal"

    def archive(self) -> None:
        """The server archives from its next start on, and lets a base backup be taken."""
        self._wal.mkdir(mode=0o700)
        self._place.own(self._wal)
        with (self._place.data / "pg_hba.conf").open("a", encoding="utf-8") as access:
            access.write(f"host replication {postgres.SUPERUSER} {ports.LOOPBACK}/32 scram-sha-256\n")
        archiving.configure(self._platform, {name: value.format(wal=self._wal) for name, value in ARCHIVING.items()})

    def take(self) -> None:
        """Takes the base backup while the platform works, and verifies it."""
        port = self._platform.settings.port_base + ports.POSTGRES
        login = self._place.home / f"passfile-{secrets.token_hex(4)}"
        login.touch(mode=0o600)
        try:
            login.write_text(f"*:*:*:*:{self._platform.credentials.superuser}\n", "utf-8")
            self._place.own(login)
            server = f"host={ports.LOOPBACK} port={port} user={postgres.SUPERUSER} passfile={login}"
            tool, *options = (word.format(base=self._base) for word in TAKE)
            self._place.run(tool, *options, f"--dbname={server}", seconds=COPY_SECONDS)
            tool, *options = (word.format(base=self._base) for word in VERIFY)
            self._place.run(tool, *options, seconds=COPY_SECONDS)
        finally:
            login.unlink()

    def moment(self) -> str:
        """A moment to which the server can be restored."""
        return archiving.moment(self._platform)

    def finish_segment(self) -> tuple[Cursor, str]:
        """Gives what is committed to the archive. Returns the cursor of the newest event, and the segment's name."""
        return archiving.finish_segment(self._platform)

    def is_archived(self, segment: str) -> bool:
        return archiving.is_archived(self._platform, segment)

    def restore(self, moment: str) -> None:
        """Puts the base backup in the place of the server's files. At its start, the server goes on from there to the
        moment. The server must not be running."""
        data: Path = self._place.data
        shutil.rmtree(data)
        self._base.rename(data)
        with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as configuration:
            for name, value in RESTORING.items():
                configuration.write(f"{name} = '{value.format(wal=self._wal, moment=moment)}'\n")
        signal = data / "recovery.signal"
        signal.touch(mode=0o600)
        self._place.own(signal)
