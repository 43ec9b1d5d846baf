"""What a fault looks up in the database while it lasts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.storage.engine import in_statement

_EXPIRED_UNASKED = """
select o.id from orders o left join payments p on p.order_id = o.id
where o.status = 'expired' and p.asked_at is null
"""

_COUNT_UNASKED = "select count(*) from payments where status = 'pending' and asked_at is null"

_CLOCK = "select extract(epoch from clock_timestamp())::float8"


_CONFIRMED_WITH_DISCOUNT = """
select o.id::text from orders o join order_lines l on l.order_id = o.id
where o.status = 'confirmed' and l.kind = 'discount' and l.label = %(code)s order by o.id
"""


def confirmed_with_discount(engine: Engine, code: str) -> list[str]:
    """The confirmed orders with the discount of this coupon."""
    values = {"code": code}
    return list(in_statement(engine, lambda c: c.exec_driver_sql(_CONFIRMED_WITH_DISCOUNT, values).scalars().all()))


def expired_unasked(engine: Engine) -> Sequence[UUID]:
    """Orders that have expired, though the gateway was never asked for their money."""
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_EXPIRED_UNASKED).scalars().all())


def count_unasked(engine: Engine) -> int:
    """How many payments wait that the gateway was never asked for."""
    count: int = in_statement(engine, lambda connection: connection.exec_driver_sql(_COUNT_UNASKED).scalar_one())
    return count


def server_seconds(engine: Engine) -> float:
    """PostgreSQL's clock, in seconds since the epoch."""
    seconds: float = in_statement(engine, lambda connection: connection.exec_driver_sql(_CLOCK).scalar_one())
    return seconds


def process_id(connection: Connection) -> int:
    """The id of the server process behind the connection."""
    pid: int = connection.exec_driver_sql("select pg_backend_pid()").scalar_one()
    return pid


_SCHEDULED = "select count(*) from orders where id = any(%(ids)s) and status = 'scheduled'"


def scheduled(engine: Engine, order_ids: Sequence[UUID]) -> int:
    """How many of these orders wait for their time."""
    values = {"ids": list(order_ids)}
    found: int = in_statement(engine, lambda connection: connection.exec_driver_sql(_SCHEDULED, values).scalar_one())
    return found
