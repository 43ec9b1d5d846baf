"""The bound of the event log, below which no event can appear any more, and the transactions that hold it back.

All transactions below pg_snapshot_xmin(pg_current_snapshot()) are over, in every database of the server. So one
forgotten transaction in any of them would stop the bound. Most of these transactions cannot write to the log, and
advance() goes past them:

- A transaction of another database never writes to it.
- A transaction that was below a committed fence, and does not hold the lock that an insert into the log takes, is
  refused when it tries to write (the trigger order_events_fence).

advance() commits how far it went as `final`; the bound is the greater of the two. The proof: docs/decisions/0026.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from pedidos.domain.cursor import Cursor
from pedidos.storage.event_log.cursors import cursor_values
from pedidos.storage.sql import Sql

BOUND = Sql("greatest(pg_snapshot_xmin(pg_current_snapshot()), (select final from event_log_fence))")
"""Every event with a lower txid is visible in the statement's snapshot, or never will be in any."""

# In `exists`, PostgreSQL drops `order by` and `limit`. Then the plan for any position reads the whole log, because
# PostgreSQL expects a third of the events behind it. Mostly there is none.
_WAITS = """
select e.seq from order_events as e where (e.txid, e.seq) > (%(txid)s::xid8, %(seq)s) order by e.txid, e.seq limit 1
"""

# The commit waits for the disk, unlike that of the relay's position: the fence must still be there after a crash.
_RAISE = "update event_log_fence set fence = greatest(fence, pg_current_xact_id())"

MAY_BE_PAST_FENCE = Sql("not fenced")
"""A transaction that is not below the fence can still begin to write to the log, so the bound waits for it."""

# The order matters. First the snapshot: it has the fence, and all running transactions. Then the locks: a transaction
# that may write below the fence has held its lock on the log since before the fence was committed, and keeps it until
# its events are visible. So either the lock is found, or the transaction is over. A transaction without a lock on its
# own id has just got this id, or has just ended: the bound waits for it.
# While a transaction is being prepared, its locks move from one holder to another, one by one. As long as any lock on
# the log has no holder, the bound goes past no transaction.
_RUNNING = Sql(
    """
seen as materialized (
    select fence, pg_current_snapshot() as snapshot from event_log_fence
), locks as materialized (
    select pid, locktype, transactionid from pg_locks
    where granted and (
        locktype = 'transactionid' and mode = 'ExclusiveLock'
        or locktype = 'relation' and mode = 'RowExclusiveLock' and relation = 'order_events'::regclass
           and database = (select oid from pg_database where datname = current_database())
    )
), running as materialized (
    select r.txid, l.pid, r.txid < s.fence as fenced, coalesce(a.datname, p.database) as database,
           coalesce(a.usename, p.owner) as username, coalesce(a.xact_start, p.prepared) as began,
           coalesce(a.query, 'prepared transaction ' || p.gid) as query,
           coalesce(l.pid in (select pid from locks where locktype = 'relation' and pid is not null), false)
           or exists (select from locks where locktype = 'relation' and pid is null) as writes
    from seen as s
    cross join pg_snapshot_xip(s.snapshot) as r (txid)
    left join locks as l on l.locktype = 'transactionid' and l.transactionid = r.txid::xid
    left join pg_stat_activity as a on a.pid = l.pid
    left join pg_prepared_xacts as p on l.pid is null and p.transaction = r.txid::xid
), holding as materialized (
    select * from running
    where coalesce(database = current_database(), true) and (pid is null or writes or {may_be_past_fence})
)""",
    may_be_past_fence=MAY_BE_PAST_FENCE,
)

_HOLDERS = Sql(
    """
with {running}
select pid, username, database, extract(epoch from clock_timestamp() - began)::float8 as seconds, query,
       pid is not null and not writes and not fenced as would_be_refused
from holding order by txid
""",
    running=_RUNNING,
)

_ADVANCE = Sql(
    """
with {running}, reached as (
    select coalesce((select min(txid) from holding), pg_snapshot_xmax(snapshot)) as txid,
           pg_snapshot_xmin(snapshot) as xmin
    from seen
)
update event_log_fence as f set final = reached.txid from reached where reached.txid > greatest(f.final, reached.xmin)
""",
    running=_RUNNING,
)

QUERY_CHARACTERS = 200
"""Characters of a query that are shown."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A transaction that holds back the bound. pid: None if it is prepared, or has just begun or ended. seconds: its
    age. What this role may not see is None. would_be_refused: it can write only as long as no fence lies above it."""

    pid: int | None
    user: str | None
    database: str | None
    seconds: float | None
    query: str | None
    would_be_refused: bool

    def __str__(self) -> str:
        age = "of unknown age" if self.seconds is None else f"{self.seconds:.1f} s old"
        query = " ".join((self.query or "not known").split())[:QUERY_CHARACTERS]
        return f"pid {self.pid or 'unknown'}, user {self.user}, database {self.database}, {age}, query: {query}"


def waits(connection: Connection, after: Cursor) -> bool:
    """Whether there is any event after the cursor, final or not."""
    return connection.exec_driver_sql(_WAITS, cursor_values(after)).first() is not None


def advance(connection: Connection) -> bool:
    """Moves the bound past transactions that cannot write to the log any more. Returns whether it has moved. The
    connection commits each statement."""
    return connection.exec_driver_sql(_ADVANCE.text).rowcount > 0


def raise_fence(connection: Connection) -> None:
    """From now on, running transactions that already have an id and have not written to the log are refused when they
    do. The connection commits each statement."""
    connection.exec_driver_sql(_RAISE)


def holders(connection: Connection) -> list[Holder]:
    """The transactions that hold back the bound, the oldest first."""
    rows = connection.exec_driver_sql(_HOLDERS.text).all()
    return [Holder(r.pid, r.username, r.database, r.seconds, r.query, r.would_be_refused) for r in rows]
