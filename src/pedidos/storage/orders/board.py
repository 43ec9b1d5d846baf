"""The orders that a merchant works on, in one statement: those that arrive, wait, are prepared, or are on their way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row

from pedidos.domain.access import Role
from pedidos.domain.couriers import MOST_TRIES
from pedidos.domain.handover import Contact, may_read_contact
from pedidos.domain.lateness import PATIENCE
from pedidos.domain.order import IN_FLIGHT, Status, StockPart, stock_part
from pedidos.domain.payment import PaymentStatus
from pedidos.storage.engine import in_statement
from pedidos.storage.orders.bag import BAG, BagItem, bag
from pedidos.storage.orders.extras import contact_of
from pedidos.storage.orders.readiness import READY_AT
from pedidos.storage.sql import Sql

MOST_ARRIVING = 12
MOST_ENDED = 10
MOST_LATER = 30
MOST_COUNTED = 500
"""How far the orders are counted that arrive, or wait for their time, and are not shown."""
ENDED_AGO = timedelta(minutes=15)
"""How long a cancelled order is shown."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """An order as its merchant needs it. since: when it reached its state. items: with their choices. payment: None if
    the gateway was not asked yet. ended_by: who cancelled it, as in its event. delivered: it is not picked up. contact:
    who gets it, until it ends. confirmed_at: if it waits to be accepted. promised_at: for when its merchant has
    promised it. ready_at: when the merchant said that it can be fetched. was_missed: whether it ended because it was
    not accepted in time. courier: who has it in hand, until held_until at least, and since picked_up_at with the order
    itself. wrong_codes: tried by couriers."""

    id: UUID
    status: Status
    version: int
    total_cents: int
    created_at: datetime
    since: datetime
    items: Sequence[BagItem]
    payment: PaymentStatus | None
    reference: str | None
    ended_by: str | None = None
    delivered: bool = False
    contact: Contact | None = None
    confirmed_at: datetime | None = None
    promised_at: datetime | None = None
    was_missed: bool = False
    courier: str | None = None
    held_until: datetime | None = None
    picked_up_at: datetime | None = None
    wrong_codes: int = 0
    scheduled_for: datetime | None = None
    ready_at: datetime | None = None

    @property
    def number(self) -> str:
        """A short name for people: the end of the id, which is random."""
        return self.id.hex[-5:].upper()

    def is_held(self, at: datetime) -> bool:
        """Whether a courier has it, so that its merchant does not go on with it."""
        return self.held_until is not None and self.held_until > at and self.wrong_codes < MOST_TRIES

    @property
    def units(self) -> int:
        return sum(item.quantity for item in self.items)

    @property
    def stock_part(self) -> StockPart:
        """Where its units are counted."""
        return stock_part(self.status)


@dataclass(frozen=True, slots=True)
class Board:
    """columns: per state the orders in it, at most as many as asked for. fuller: the states with more orders than that.
    arriving: orders that the platform still moves, oldest first. ended: orders that were cancelled a moment ago. later:
    orders that wait for their time, the next first. more_arriving, more_later: how many there are besides; those after
    MOST_COUNTED are not counted."""

    columns: Mapping[Status, Sequence[Ticket]]
    fuller: frozenset[Status]
    arriving: Sequence[Ticket]
    more_arriving: int
    ended: Sequence[Ticket]
    later: Sequence[Ticket] = ()
    more_later: int = 0


_COLUMNS = "id, status, version, total_cents, created_at, updated_at, scheduled_for"
_LOWEST, _HIGHEST = UUID(int=0), UUID(int=2**128 - 1)


def _landed(status: Status, direction: str, limit: str) -> str:
    # A range of one index. Its columns are compared and ordered as a row, so that PostgreSQL walks this index and not
    # the primary key (see lists.py).
    return f"""
select {_COLUMNS} from orders
where not in_flight and (merchant_id, landed_status, id) >= (%(merchant)s, '{status}', %(low)s)
  and (merchant_id, landed_status, id) <= (%(merchant)s, '{status}', %(high)s)
order by merchant_id {direction}, landed_status {direction}, id {direction} limit %({limit})s
"""  # noqa: S608  # constants


# Of the index with the merchant's orders in flight, the part without those that wait for their time.
_AT_WORK = """
where in_flight and (merchant_id, (release_at is null), id) >= (%(merchant)s, true, %(low)s)
  and (merchant_id, (release_at is null), id) <= (%(merchant)s, true, %(high)s)
"""

_WAITING = """
where release_at is not null and (merchant_id, release_at) >= (%(merchant)s, '-infinity')
  and (merchant_id, release_at) <= (%(merchant)s, 'infinity')
"""

_ARRIVING = f"""
select {_COLUMNS} from orders {_AT_WORK} order by merchant_id, (release_at is null), id limit %(arriving)s
"""  # noqa: S608  # constants

_LATER = f"""
select {_COLUMNS} from orders {_WAITING} order by merchant_id, release_at limit %(later)s
"""  # noqa: S608  # constants

_COUNT = f"""
select (select count(*) from (select from orders {_AT_WORK} limit %(most)s) a) as arriving,
       (select count(*) from (select from orders {_WAITING} limit %(most)s) w) as later
"""  # noqa: S608  # constants

_ENDED = f"""
select * from ({_landed(Status.CANCELLED, "desc", "ended")}) newest where updated_at > now() - %(ended_ago)s::interval
"""  # noqa: S608  # constants

_BY = Sql("""(select detail ->> 'by' from order_events e
    where o.status = 'cancelled' and e.order_id = o.id and e.type = 'order.cancelled') as ended_by""")

_HANDOVER = Sql("""exists (select from order_lines l where l.order_id = o.id and l.kind = 'delivery_fee') as delivered,
    (select c.contact from order_contacts c where c.order_id = o.id) as contact""")

# Waits count from the event of the state, whatever else has happened to the order meanwhile.
_WAIT = Sql(
    """(select occurred_at from order_events e
    where o.status in ('confirmed', 'preparing', 'on_its_way', 'delivered') and e.order_id = o.id
      and e.type = 'order.' || o.status) as reached_at,
    a.promised_at, a.outcome = 'missed' as was_missed,
    case when o.status = 'preparing' then {ready_at} end as ready_at""",
    ready_at=READY_AT,
)

_COURIER = Sql("""(select name from accounts where id = h.courier_id) as courier, h.lease_until as held_until,
    h.picked_up_at, coalesce((select tries from delivery_codes where order_id = h.order_id), 0) as wrong_codes""")

_TICKETS = Sql(
    """
select o.*, {items}, p.status as payment, p.reference, {by}, {handover}, {wait}, {courier}
from ({{parts}}) o left join payments p on p.order_id = o.id left join acceptances a on a.order_id = o.id
left join courier_assignments h on h.order_id = o.id and h.ending is null
order by o.id {{direction}}
""",
    items=BAG,
    by=_BY,
    handover=_HANDOVER,
    wait=_WAIT,
    courier=_COURIER,
).text


def _board(direction: str) -> str:
    parts = [*(_landed(status, direction, "limit") for status in PATIENCE), _ARRIVING, _ENDED, _LATER]
    return _TICKETS.format(parts=" union all ".join(f"({part})" for part in parts), direction=direction)


_OLDEST_FIRST, _NEWEST_FIRST = _board("asc"), _board("desc")

_DELIVERED = _TICKETS.format(parts=_landed(Status.DELIVERED, "desc", "limit"), direction="desc")

_ONE = _TICKETS.format(
    parts=f"select {_COLUMNS} from orders where id = %(id)s and merchant_id = %(merchant)s",  # noqa: S608  # constants
    direction="asc",
)


def board(engine: Engine, merchant_id: UUID, most: int, *, newest_first: bool = False) -> Board:
    """The merchant's orders, oldest first unless told otherwise, at most this number in each column."""
    values = {
        "merchant": merchant_id,
        "low": _LOWEST,
        "high": _HIGHEST,
        "limit": most + 1,
        "arriving": MOST_ARRIVING + 1,
        "ended": MOST_ENDED,
        "later": MOST_LATER + 1,
        "ended_ago": ENDED_AGO,
    }
    statement = _NEWEST_FIRST if newest_first else _OLDEST_FIRST
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(statement, values).all())
    tickets = [_ticket(row) for row in rows]
    columns = {status: [each for each in tickets if each.status is status] for status in PATIENCE}
    ended = [each for each in tickets if each.status is Status.CANCELLED]
    arriving = sorted((each for each in tickets if each.status in IN_FLIGHT), key=lambda each: each.id)
    later = sorted((each for each in tickets if each.status is Status.SCHEDULED), key=_wanted)
    more_arriving, more_later = _more(engine, values, len(arriving), len(later))
    return Board(
        {status: found[:most] for status, found in columns.items()},
        frozenset(status for status, found in columns.items() if len(found) > most),
        arriving[:MOST_ARRIVING],
        more_arriving,
        ended,
        later[:MOST_LATER],
        more_later,
    )


def _more(engine: Engine, values: Mapping[str, object], arriving: int, later: int) -> tuple[int, int]:
    """How many orders arrive and wait that are not shown. They are counted if there are any: mostly there are none."""
    if arriving <= MOST_ARRIVING and later <= MOST_LATER:
        return 0, 0
    counted = {**values, "most": MOST_LATER + MOST_COUNTED + 1}
    found = in_statement(engine, lambda connection: connection.exec_driver_sql(_COUNT, counted).one())
    return max(found.arriving - MOST_ARRIVING, 0), max(found.later - MOST_LATER, 0)


def delivered(engine: Engine, merchant_id: UUID, most: int) -> list[Ticket]:
    """The merchant's delivered orders, newest first, at most this number."""
    values = {"merchant": merchant_id, "low": _LOWEST, "high": _HIGHEST, "limit": most}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_DELIVERED, values).all())
    return [_ticket(row) for row in rows]


def _wanted(ticket: Ticket) -> datetime:
    return ticket.scheduled_for or ticket.created_at


def ticket(engine: Engine, merchant_id: UUID, order_id: UUID) -> Ticket | None:
    """One order of the merchant, in any state; None if the merchant has no such order."""
    values = {"id": order_id, "merchant": merchant_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_ONE, values).one_or_none())
    return _ticket(row) if row else None


def _ticket(row: Row[Any]) -> Ticket:
    return Ticket(
        row.id,
        Status(row.status),
        row.version,
        row.total_cents,
        row.created_at,
        row.reached_at or row.updated_at,
        bag(row.items),
        PaymentStatus(row.payment) if row.payment else None,
        row.reference,
        row.ended_by,
        row.delivered,
        contact_of(row.contact) if row.contact and may_read_contact(Role.MERCHANT, Status(row.status)) else None,
        row.reached_at if row.status == Status.CONFIRMED else None,
        row.promised_at,
        bool(row.was_missed),
        row.courier,
        row.held_until,
        row.picked_up_at,
        row.wrong_codes,
        row.scheduled_for,
        row.ready_at,
    )
