"""Stretches of the event log that are published already: read again to tell Kafka what it has lost.

Running numbers are not in the log. They are counted back from the relay's position, and only through what lies above
the horizon: from there on no event has been removed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from pedidos.domain.logs import Place
from pedidos.errors import PedidosError
from pedidos.storage.event_log.events import LoggedEvent


class Back(NamedTuple):
    """A step back in the log: over how many events, and where and when the oldest of them was written."""

    events: int
    oldest: Place
    occurred_at: datetime


class Removed(PedidosError):
    """Events of the stretch were removed while it was read: their numbers are not known any more."""


_BACK = """
with page as (
    select txid, seq, occurred_at
    from order_events
    where (txid, seq) < (%(upto_txid)s::xid8, %(upto_seq)s) and (txid, seq) > (%(txid)s::xid8, %(seq)s)
      and txid > (select removed from event_log_horizon)
    order by txid desc, seq desc
    limit %(limit)s
)
select count(*) over () as events, p.txid::text, p.seq, p.occurred_at
from page p
order by p.txid, p.seq -- qualified: a bare txid would be the text
limit 1
"""

_PAGE = """
select e.txid::text, e.seq, e.order_id, e.version, e.type, e.status, e.customer_id, e.merchant_id, e.detail,
       e.traceparent, e.occurred_at, h.removed::text
from event_log_horizon h
cross join order_events e
where (e.txid, e.seq) > (%(txid)s::xid8, %(seq)s) and (e.txid, e.seq) <= (%(upto_txid)s::xid8, %(upto_seq)s)
order by e.txid, e.seq
limit %(limit)s
"""


def back(connection: Connection, before: Place, behind: Place, limit: int) -> Back | None:
    """A step back over at most limit events, not beyond another place or the horizon; None: there are no events."""
    row = connection.exec_driver_sql(_BACK, _values(behind, before, limit)).one_or_none()
    return None if row is None else Back(row.events, Place(int(row.txid), row.seq), row.occurred_at)


def page(connection: Connection, behind: Place, upto: Place, limit: int) -> Sequence[LoggedEvent]:
    """The first events of a stretch, in the order of the log. Raises Removed."""
    rows = connection.exec_driver_sql(_PAGE, _values(behind, upto, limit)).all()
    if rows and int(rows[0].removed) > behind.txid:
        raise Removed
    return [LoggedEvent._make(row[:-1]) for row in rows]


def _values(behind: Place, upto: Place, limit: int) -> dict[str, object]:
    return {
        "txid": str(behind.txid),
        "seq": behind.seq,
        "upto_txid": str(upto.txid),
        "upto_seq": upto.seq,
        "limit": limit,
    }
