"""What is stored of an order's payment, and the time at which the gateway is asked again."""

from uuid import UUID

from sqlalchemy import Engine

from tests.support.tables import change, rows


def payment(engine: Engine, order_id: UUID) -> tuple[str, int, int]:
    """Its status, lease and attempts."""
    (row,) = rows(engine, "select status, lease, attempts from payments where order_id = :id", id=order_id)
    return (row.status, row.lease, row.attempts)


def payments_are_due(engine: Engine) -> None:
    """As if the leases and the pauses between two attempts were over."""
    change(engine, "update payments set next_attempt = clock_timestamp() - interval '1 second'")
