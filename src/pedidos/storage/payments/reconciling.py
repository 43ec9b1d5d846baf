"""What `pedidos reconcile` reads from the database, and what it writes there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.order import Status
from pedidos.domain.payment import PaymentStatus
from pedidos.domain.reconciling import Known
from pedidos.storage.arrays import uuids
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement, in_transaction
from pedidos.storage.event_log.shards import IS_OPEN
from pedidos.storage.sql import Sql

_KNOWN = """
select o.id, o.status, p.status as payment
from orders o
left join payments p on p.order_id = o.id
where o.id = any(%(ids)s::uuid[])
"""

# The gateway may know more from the time of the last published event on: no event has been published since the database
# was restored. The row of a new log keeps the time that was found when it began.
_SINCE = Sql(
    """
select coalesce(
    (select gateway_since from event_logs where %(settled)s order by number desc limit 1),
    (select e.occurred_at from order_events e
     where (e.txid, e.seq) <= (
         select p.txid, p.seq from relay_positions p where {is_open} order by p.txid, p.seq limit 1
     )
     order by e.txid desc, e.seq desc limit 1) - interval '1 hour',
    to_timestamp(0)
) as since
""",
    is_open=IS_OPEN,
)

_RECORD = """
insert into reconciled_charges (key, amount_cents, outcome, reference, done_by)
select key, amount_cents, outcome, reference, %(by)s
from unnest(%(keys)s::text[], %(amounts)s::bigint[], %(outcomes)s::text[], %(references)s::text[])
     as c (key, amount_cents, outcome, reference)
on conflict (key) do nothing
"""


def known(engine: Engine, order_ids: Sequence[UUID]) -> Mapping[UUID, Known]:
    """What the database knows about the orders that exist, by their ids."""
    rows = in_statement(engine, lambda c: c.exec_driver_sql(_KNOWN, {"ids": uuids(order_ids)}).all())
    return {
        row.id: Known(Status(row.status), None if row.payment is None else PaymentStatus(row.payment)) for row in rows
    }


def since(engine: Engine, *, settled: bool) -> datetime:
    """The time from which the gateway may know more than the database. settled: Kafka and the log agree already."""
    found: datetime = in_statement(engine, lambda c: c.exec_driver_sql(_SINCE.text, {"settled": settled}).scalar_one())
    return found


def record(engine: Engine, outcomes: Mapping[str, tuple[int, str, str | None]], who: Who) -> None:
    """Records charges that were undone: per key the cents, the outcome (refunded, voided) and the reference."""
    if outcomes:
        amounts, words, references = zip(*outcomes.values(), strict=True)
        values = {
            "keys": list(outcomes),
            "amounts": list(amounts),
            "outcomes": list(words),
            "references": list(references),
            "by": str(who),
        }

        def work(connection: Connection) -> None:
            new = connection.exec_driver_sql(_RECORD, values).rowcount
            if new:
                write(connection, Entry(Action.CHARGE_RECONCILED, who, detail={"charges": new}))

        in_transaction(engine, work)
