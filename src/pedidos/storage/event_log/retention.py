"""Deletes the events of orders that ended long ago."""

from dataclasses import dataclass

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement
from pedidos.storage.event_log.shards import IS_OPEN
from pedidos.storage.sql import Sql

# All events of an order or none, so that the remaining histories have no gaps. Conditions: the newest event is the end
# of its order and old enough, the relay has published it, the payment is settled, and no dead letter is open that could
# be replayed. The lock on the order keeps other transactions from moving it; an order that is locked already waits for
# the next sweep. The horizon changes in the same transaction: a reader that misses events also sees up to where.
_OLD_EVENTS = Sql(
    """
with due as materialized (
    select o.id
    from order_events e
    cross join lateral ( -- lateral and with a limit: locks no more orders than it needs
        select orders.id
        from orders
        where orders.id = e.order_id and orders.version = e.version
          and orders.txid < (select min(p.txid) from relay_positions p where {is_open})
          and not exists (select from payments p where p.order_id = orders.id and p.status in ('pending', 'undoing'))
          and not exists (select from dead_letters d where d.order_id = orders.id and d.status = 'open')
        for no key update of orders skip locked
    ) o
    where e.status in ('delivered', 'rejected', 'unavailable', 'declined', 'expired', 'cancelled')
      and e.occurred_at < now() - %(days)s * interval '1 day'
    order by e.occurred_at
    limit %(limit)s
), gone as (
    delete from order_events where order_id in (select id from due) returning order_id, txid
), horizon as (
    update event_log_horizon
    set removed = greatest(removed, (select max(txid) from gone))
    where exists (select from gone)
)
select count(distinct order_id) as orders, count(*) as events from gone
""",
    is_open=IS_OPEN,
)


@dataclass(frozen=True, slots=True)
class Removed:
    """The number of orders that lost their events, and of these events."""

    orders: int
    events: int


def old_events(engine: Engine, days: float, limit: int) -> Removed:
    """Deletes the events of orders that ended at least `days` days ago, of at most limit orders."""
    values = {"days": days, "limit": limit}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_OLD_EVENTS.text, values).one())
    return Removed(row.orders, row.events)
