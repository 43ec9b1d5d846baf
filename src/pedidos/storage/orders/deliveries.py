"""What couriers see: orders that wait for one, and those that they have; and what others see of a courier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row

from pedidos.domain.couriers import WITH_A_COURIER, Courier
from pedidos.domain.handover import Contact
from pedidos.domain.order import Status
from pedidos.storage.engine import in_statement
from pedidos.storage.orders.bag import BAG, BagItem, bag
from pedidos.storage.orders.extras import contact_of
from pedidos.storage.orders.readiness import READY_AT
from pedidos.storage.sql import Sql

MOST = 50
"""Orders in a list."""
MOST_READ = 200
"""Orders of a merchant in one state that are looked at, the oldest first."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An order that a courier can take, or has. items: what is in its bag. district: of its address; the rest is in
    contact, which only who has the order gets. ready_at: when the merchant said that it can be fetched. epoch,
    lease_until: if the courier has it. picked_up_at: by the courier who has it. tries: wrong codes so far."""

    id: UUID
    status: Status
    promised_at: datetime | None
    items: Sequence[BagItem]
    district: str
    ready_at: datetime | None
    contact: Contact | None = None
    epoch: int | None = None
    lease_until: datetime | None = None
    picked_up_at: datetime | None = None
    tries: int = 0

    @property
    def number(self) -> str:
        """A short name for people: the end of the id, which is random."""
        return self.id.hex[-5:].upper()


@dataclass(frozen=True, slots=True)
class Deliveries:
    """ready: those that wait for a courier, the oldest first. own: those that this courier has."""

    ready: Sequence[Delivery]
    own: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class InHand:
    """Who has an order at the moment. name: of the courier, for its merchant. code: for the customer alone."""

    epoch: int
    name: str
    taken_at: datetime
    lease_until: datetime
    picked_up_at: datetime | None
    code: str


_ROW = Sql(
    """o.id, o.status,
    (select promised_at from acceptances where order_id = o.id) as promised_at,
    {ready_at} as ready_at,
    {items},
    (select contact from order_contacts where order_id = o.id) as contact""",
    items=BAG,
    ready_at=READY_AT,
)

_OWN = Sql(
    """
select {row}, a.epoch, a.lease_until, a.picked_up_at, c.tries
from courier_assignments a join orders o on o.id = a.order_id join delivery_codes c on c.order_id = a.order_id
where a.courier_id = %(courier)s and a.ending is null and o.merchant_id = %(merchant)s and o.status = any(%(states)s)
order by a.taken_at limit %(most)s
""",
    row=_ROW,
)

# A range of one index. Its columns are compared and ordered as a row, so that PostgreSQL walks it (see lists.py).
_OLDEST = """
select id, status from orders
where not in_flight and (merchant_id, landed_status, id) >= (%(merchant)s, '{status}', %(low)s)
  and (merchant_id, landed_status, id) <= (%(merchant)s, '{status}', %(high)s)
order by merchant_id, landed_status, id limit %(read)s
"""

# What a merchant has sent itself is on its way, and was never a courier's.
_READY = Sql(
    """
select {row}
from (({preparing}) union all ({on_its_way})) o
left join courier_assignments a on a.order_id = o.id and a.ending is null
where exists (select from order_lines l where l.order_id = o.id and l.kind = 'delivery_fee')
  and (a.lease_until is null or a.lease_until <= clock_timestamp()) and a.courier_id is distinct from %(courier)s
  and (o.status = 'preparing' or exists (select from courier_assignments e where e.order_id = o.id))
order by o.id limit %(most)s
""",
    row=_ROW,
    preparing=Sql(_OLDEST.format(status=Status.PREPARING)),
    on_its_way=Sql(_OLDEST.format(status=Status.ON_ITS_WAY)),
)

_IN_HAND = """
select a.epoch, p.name, a.taken_at, a.lease_until, a.picked_up_at, c.code
from courier_assignments a join accounts p on p.id = a.courier_id join delivery_codes c on c.order_id = a.order_id
where a.order_id = %(id)s and a.ending is null
"""

_LOWEST, _HIGHEST = UUID(int=0), UUID(int=2**128 - 1)


def of_courier(engine: Engine, courier: Courier) -> Deliveries:
    """What the courier can take, and what it has, at most MOST of each."""
    values = {
        "courier": courier.account_id,
        "merchant": courier.merchant_id,
        "states": list(WITH_A_COURIER),
        "low": _LOWEST,
        "high": _HIGHEST,
        "read": MOST_READ,
        "most": MOST,
    }
    ready = in_statement(engine, lambda connection: connection.exec_driver_sql(_READY.text, values).all())
    own = in_statement(engine, lambda connection: connection.exec_driver_sql(_OWN.text, values).all())
    return Deliveries([_ready(row) for row in ready], [_own(row) for row in own])


def in_hand(engine: Engine, order_id: UUID) -> InHand | None:
    """Who has the order; None if it is no courier."""
    values = {"id": order_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_IN_HAND, values).one_or_none())
    return None if row is None else InHand(*row)


def _ready(row: Row[Any]) -> Delivery:
    address = row.contact.get("address") if row.contact else None
    return Delivery(
        row.id,
        Status(row.status),
        row.promised_at,
        bag(row.items),
        str(address["district"]) if address else "",
        row.ready_at,
    )


def _own(row: Row[Any]) -> Delivery:
    contact = contact_of(row.contact) if row.contact else None
    address = contact.address if contact else None
    return Delivery(
        row.id,
        Status(row.status),
        row.promised_at,
        bag(row.items),
        address.district if address else "",
        row.ready_at,
        contact,
        row.epoch,
        row.lease_until,
        row.picked_up_at,
        row.tries,
    )
