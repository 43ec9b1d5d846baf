"""Deletes the events of orders that ended long ago."""

from dataclasses import dataclass

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

# All of an order's events or none: of what remains, each version still has the one before. Only if the newest event is
# an end that is old enough, the relay has published it, no money is on its way, and no letter is open that could be
# replayed. The order is locked, so that no transaction moves it meanwhile; one that is held is left for the next time.
# The horizon comes in the same transaction: a reader that sees that events are gone also sees how far.
_OLD_EVENTS = """
with due as materialized (
    select o.id
    from order_events e
    cross join lateral ( -- it locks, so it is done entry by entry until there are enough, and not for all that is due
        select orders.id
        from orders
        where orders.id = e.order_id and orders.version = e.version
          and orders.txid < (select min(txid) from relay_positions)
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
), told as (
    update event_log_horizon
    set removed = greatest(removed, (select max(txid) from gone))
    where exists (select from gone)
)
select count(distinct order_id) as orders, count(*) as events from gone
"""


@dataclass(frozen=True, slots=True)
class Removed:
    """Orders that lost their events, and how many these were."""

    orders: int
    events: int


def old_events(engine: Engine, days: float, limit: int) -> Removed:
    """Deletes the events of orders that ended at least `days` days ago, of at most limit orders."""
    values = {"days": days, "limit": limit}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_OLD_EVENTS, values).one())
    return Removed(row.orders, row.events)
