"""What is deleted with time: idempotency keys, refresh tokens, and the events of orders that ended long ago.

Everything goes in small batches, each a short transaction that skips what others hold, and each finds what is due by an
index on time: now() in place of clock_timestamp(), with which PostgreSQL would read the whole table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

_EXPIRED_KEYS = """
delete from idempotency_keys where ctid = any(array(
    select ctid from idempotency_keys
    where created_at < now() - %(hours)s * interval '1 hour'
    order by created_at
    limit %(limit)s
    for update skip locked
))
"""

_EXPIRED_TOKENS = """
delete from refresh_tokens where ctid = any(array(
    select ctid from refresh_tokens where expires_at < now() order by expires_at limit %(limit)s for update skip locked
))
"""

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


def sweep(engine: Engine, idempotency_hours: int, limit: int) -> int:
    """Deletes expired idempotency keys and refresh tokens, at most limit of each; returns how many went."""
    return expired_keys(engine, idempotency_hours, limit) + expired_tokens(engine, limit)


def expired_keys(engine: Engine, hours: int, limit: int) -> int:
    """Deletes idempotency keys that are older, at most limit; returns how many went."""
    return _deleted(engine, _EXPIRED_KEYS, {"hours": hours, "limit": limit})


def expired_tokens(engine: Engine, limit: int) -> int:
    """Deletes refresh tokens that have expired, at most limit; returns how many went."""
    return _deleted(engine, _EXPIRED_TOKENS, {"limit": limit})


def old_events(engine: Engine, days: float, limit: int) -> Removed:
    """Deletes the events of orders that ended at least `days` days ago, of at most limit orders."""
    values = {"days": days, "limit": limit}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_OLD_EVENTS, values).one())
    return Removed(row.orders, row.events)


def _deleted(engine: Engine, statement: str, values: Mapping[str, int]) -> int:
    return in_statement(engine, lambda connection: connection.exec_driver_sql(statement, dict(values)).rowcount)
