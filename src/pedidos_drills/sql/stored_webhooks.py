"""Reads what the ledger of a drill needs to know about webhooks."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from pedidos.storage.engine import in_transaction

_MISSING = text("""
select count(*) from webhook_endpoints e
join order_events v on v.occurred_at >= e.created_at
left join webhook_deliveries d on d.endpoint_id = e.id and d.order_id = v.order_id and d.version = v.version
where d.id is null
""")

_DELIVERIES = text("""
select e.url, d.order_id, d.version, d.state, exists (
    select from dead_letters l where l.source = 'webhook' and l.origin = d.id::text
) as at_desk
from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id
""")


@dataclass(frozen=True, slots=True)
class Stored:
    """path: of the endpoint's URL. id: webhook-id."""

    path: str
    id: str
    state: str
    at_desk: bool


def missing(engine: Engine) -> int:
    """Events that happened after an endpoint was added, and have no delivery for it."""
    found: int = in_transaction(engine, lambda connection: connection.execute(_MISSING).scalar_one())
    return found


def deliveries(engine: Engine) -> list[Stored]:
    def work(connection: Connection) -> list[Stored]:
        return [
            Stored(row.url.rpartition("/")[2], f"{row.order_id.hex}-{row.version}", row.state, row.at_desk)
            for row in connection.execute(_DELIVERIES)
        ]

    return in_transaction(engine, work)
