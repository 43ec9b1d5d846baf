"""Which log this is, and whether it is the one that records on Kafka come from.

A PostgreSQL that was restored to an earlier moment has lost events that are on Kafka, and would give their running
numbers and places to others. `event_logs` has a row for this log, and one for each that it went on from: the newest has
the id that records carry now.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row

from pedidos.domain.logs import Heard, Log, Logs, Place
from pedidos.storage.engine import in_statement

_LOGS = "select id, after, txid::text, seq, unnamed from event_logs order by number desc"

_MISSING = """
select h.number
from unnest(%(numbers)s::bigint[], %(txids)s::text[], %(seqs)s::bigint[], %(orders)s::uuid[], %(versions)s::int[])
     as h (number, txid, seq, order_id, version)
where h.txid::xid8 > (select removed from event_log_horizon) and not exists (
    select from order_events e
    where (e.txid, e.seq) = (h.txid::xid8, h.seq) and (e.order_id, e.version) = (h.order_id, h.version)
)
"""

_REFUSE = """
update relay_positions set refusal = %(reason)s where shard = %(shard)s and refusal is distinct from %(reason)s
"""

_DOUBTFUL = """
select exists (select from event_logs where txid < %(txid)s::xid8 and %(txid)s::xid8 <= doubtful) as doubtful
"""


def read(connection: Connection) -> Logs:
    """This log, and those before it."""
    newest, *earlier = connection.exec_driver_sql(_LOGS).all()
    return Logs(_log(newest), frozenset(row.id for row in earlier))


def current(engine: Engine) -> Log:
    """The log as it is now."""
    return in_statement(engine, read).current


def missing(connection: Connection, heard: Sequence[Heard]) -> set[int]:
    """The running numbers of those that this log does not have, though it has removed nothing from there on."""
    rows = connection.exec_driver_sql(
        _MISSING,
        {
            "numbers": [each.number for each in heard],
            "txids": [str(each.place.txid) for each in heard],
            "seqs": [each.place.seq for each in heard],
            "orders": [each.order_id for each in heard],
            "versions": [each.version for each in heard],
        },
    )
    return {row.number for row in rows}


def refuse(connection: Connection, shard: int, reason: str | None) -> None:
    """Notes down why the shard's relay does not publish; None: it does."""
    connection.exec_driver_sql(_REFUSE, {"shard": shard, "reason": reason})


def doubtful(engine: Engine, place: Place) -> bool:
    """Whether a client's place in the log may be one of a log before this."""
    values = {"txid": str(place.txid)}
    return bool(in_statement(engine, lambda c: c.exec_driver_sql(_DOUBTFUL, values).scalar_one()))


def _log(row: Row[Any]) -> Log:
    return Log(row.id, row.after, Place(int(row.txid), row.seq), row.unnamed)
