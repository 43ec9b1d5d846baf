"""Statements of the drill of a restore: PostgreSQL archives its write-ahead log, and a moment is marked."""

from collections.abc import Mapping

from psycopg import sql

from pedidos.domain.cursor import Cursor
from pedidos_drills.platform import DrillPlatform
from pedidos_drills.sql import superuser

_SET = sql.SQL("alter system set {} = {}")
_LET_IN = "select pg_reload_conf()"
_MOMENT = "select clock_timestamp()::text"
_NEWEST = "select txid::text::bigint, seq from order_events order by txid desc, seq desc limit 1"
_SWITCH = "select pg_walfile_name(pg_switch_wal())"
_ARCHIVED = "select coalesce(last_archived_wal >= %s, false) from pg_stat_archiver"


def configure(platform: DrillPlatform, settings: Mapping[str, str]) -> None:
    """Sets them for the whole server. Some apply at its next start, the others and pg_hba.conf at once."""
    with superuser.connect(platform) as connection:
        for name, value in settings.items():
            connection.execute(_SET.format(sql.Identifier(name), sql.Literal(value)))
        connection.execute(_LET_IN)


def moment(platform: DrillPlatform) -> str:
    """The server's clock, as a setting for recovery takes it. What has committed is before it."""
    with superuser.connect(platform) as connection:
        row = connection.execute(_MOMENT).fetchone()
    if row is None:
        raise LookupError("PostgreSQL has no clock")
    return str(row[0])


def finish_segment(platform: DrillPlatform) -> tuple[Cursor, str]:
    """Ends the segment of the write-ahead log, so that it is archived. Returns the cursor of the newest event, and the
    segment's name."""
    with superuser.connect(platform) as connection:
        newest = connection.execute(_NEWEST).fetchone()
        segment = connection.execute(_SWITCH).fetchone()
    if newest is None or segment is None:
        raise LookupError("there are no events")
    return Cursor._make(map(int, map(str, newest))), str(segment[0])


def is_archived(platform: DrillPlatform, segment: str) -> bool:
    """Whether the archive has this segment."""
    with superuser.connect(platform) as connection:
        row = connection.execute(_ARCHIVED, [segment]).fetchone()
    return row is not None and bool(row[0])
