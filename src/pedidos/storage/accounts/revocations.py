"""The list of what is revoked: which access tokens of which accounts and sessions are void.

Triggers write it, in the transaction that ends a session, changes an account or deletes it. An entry goes when all
tokens that it voids have expired.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.storage.engine import in_statement
from pedidos.storage.xid8 import xid8

# All transactions below xmin are over, so the next read begins there. A row that this read has found may come again.
_READ = """
select pg_postmaster_start_time() as server_start, pg_snapshot_xmin(pg_current_snapshot()) as xmin, subject, version
from (select) as one
left join revocations on txid >= %(after)s::xid8 and expires_at > now()
"""

# now() is stable, so PostgreSQL can use the index.
_DELETE_EXPIRED = """
delete from revocations where ctid = any(array(
    select ctid from revocations where expires_at < now() order by expires_at limit %(limit)s for update skip locked
))
"""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a reader has read. server_start: a server that is started again may assign the same txids again."""

    server_start: datetime
    txid: int


@dataclass(frozen=True, slots=True)
class Entries:
    """voided: for the id of an account or a session, the version below which its tokens are void. whole: these are all
    entries, not only new ones. position: where to read on."""

    voided: Mapping[UUID, int]
    whole: bool
    position: Position


def read(engine: Engine, after: Position | None) -> Entries:
    """The entries since that position; all entries if it is None, or if the server was started again since."""
    return in_statement(engine, lambda connection: _read(connection, after))


def _read(connection: Connection, after: Position | None) -> Entries:
    rows = connection.exec_driver_sql(_READ, {"after": xid8(after.txid if after else 0)}).all()
    position = Position(rows[0].server_start, rows[0].xmin)
    if after is not None and after.server_start != position.server_start:
        return _read(connection, None)
    return Entries({row.subject: row.version for row in rows if row.subject is not None}, after is None, position)


def delete_expired(engine: Engine, limit: int) -> int:
    """Deletes entries whose tokens have all expired, at most limit. Returns their number."""
    return in_statement(
        engine, lambda connection: connection.exec_driver_sql(_DELETE_EXPIRED, {"limit": limit}).rowcount
    )
