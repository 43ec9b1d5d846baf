"""The dead-letter desk: what could not be done, and why."""

from typing import Literal
from uuid import UUID

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

Source = Literal["relay", "bridge", "worker", "watchdog"]

MAX_PAYLOAD_BYTES = 64 * 1024

_WRITE = """
insert into dead_letters (source, origin, order_id, reason, payload)
values (%(source)s, %(origin)s, %(order_id)s, %(reason)s, %(payload)s)
on conflict do nothing
"""


def write(
    engine: Engine, source: Source, origin: str, reason: str, order_id: UUID | None = None, payload: bytes = b""
) -> None:
    """Keeps a letter, unless the same one is open already; a payload over 64 KiB is cut."""
    values = {
        "source": source,
        "origin": origin,
        "order_id": order_id,
        "reason": reason,
        "payload": payload[:MAX_PAYLOAD_BYTES],
    }
    in_statement(engine, lambda connection: connection.exec_driver_sql(_WRITE, values))
