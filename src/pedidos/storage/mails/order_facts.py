"""What a mail says about an order, read when it is sent: so it is stored once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement
from pedidos.storage.orders.chosen import chosen_in

# The event may be deleted already, long after the order's end; the mail then says less.
_READ = """
select o.id, m.name, o.total_cents,
    (select coalesce(json_agg(json_build_array(i.name, i.quantity, i.unit_price_cents, i.choices)
                              order by i.position), '[]')
     from order_items i where i.order_id = o.id) as items,
    (select e.detail from order_events e where e.order_id = o.id and e.version = %(version)s) as detail, m.time_zone
from orders o join merchants m on m.id = o.merchant_id
where o.id = %(order)s
"""


@dataclass(frozen=True, slots=True)
class Item:
    """unit_price_cents: as it was ordered. choices: their names."""

    name: str
    quantity: int
    unit_price_cents: int
    choices: Sequence[str] = ()

    @property
    def total_cents(self) -> int:
        return self.quantity * self.unit_price_cents


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """shop: the merchant's name. detail: of the event. time_zone: of the merchant (IANA)."""

    id: UUID
    shop: str
    total_cents: int
    items: Sequence[Item]
    detail: dict[str, Any]
    time_zone: str = "UTC"


def read(engine: Engine, order_id: UUID, version: int) -> OrderFacts | None:
    """The order with its event of this version; None if there is no such order."""
    values = {"order": order_id, "version": version}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_READ, values).one_or_none())
    if row is None:
        return None
    items = [
        Item(name, quantity, price, [each.name for each in chosen_in(choices)])
        for name, quantity, price, choices in row[3]
    ]
    return OrderFacts(row[0], row[1], row[2], items, row[4] or {}, row.time_zone)
