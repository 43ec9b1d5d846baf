"""Who has an order in hand: one row for each time that a courier has taken it, with its epoch.

Each function runs in a transaction that has locked the order, so nothing changes between reading and writing.
"""

import secrets
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.couriers import CODE_DIGITS, Claim, Ending, Held, Standing
from pedidos.storage.sql import Sql

HOLDS = Sql("a.ending is null")
"""Only the courier of the latest epoch has the order: the one before ends when another takes it."""

_STANDING = """
select o.merchant_id, clock_timestamp() as now,
    exists (select from order_lines l where l.order_id = o.id and l.kind = 'delivery_fee') as delivered,
    coalesce((select max(epoch) from courier_assignments where order_id = o.id), 0) as last_epoch,
    coalesce((select tries from delivery_codes where order_id = o.id), 0) as tries,
    a.epoch, a.courier_id, a.lease_until, a.picked_up_at
from orders o left join courier_assignments a on a.order_id = o.id and a.ending is null
where o.id = %(id)s
"""

_CLAIM = Sql(
    """
select a.ending, a.picked_up_at, {holds} as holds from courier_assignments a
where a.order_id = %(id)s and a.epoch = %(epoch)s and a.courier_id = %(courier)s
""",
    holds=HOLDS,
)

_TAKE = """
insert into courier_assignments (order_id, epoch, courier_id, taken_at, lease_until)
select %(id)s, %(epoch)s, %(courier)s, t.now, t.now + %(lease)s * interval '1 second'
from (select clock_timestamp() as now) t
"""

_RENEW = """
update courier_assignments set lease_until = clock_timestamp() + %(lease)s * interval '1 second'
where order_id = %(id)s and epoch = %(epoch)s
"""

_PICK_UP = """
update courier_assignments
set picked_up_at = clock_timestamp(), lease_until = clock_timestamp() + %(lease)s * interval '1 second'
where order_id = %(id)s and epoch = %(epoch)s
"""

_END = """
update courier_assignments set ending = %(ending)s, ended_at = clock_timestamp()
where order_id = %(id)s and epoch = %(epoch)s
"""

_MAKE_CODE = "insert into delivery_codes (order_id, code) values (%(id)s, %(code)s) on conflict do nothing"
_CODE = "select code, tries from delivery_codes where order_id = %(id)s"
_NOTE_WRONG = "update delivery_codes set tries = tries + 1 where order_id = %(id)s returning tries"
_FORGET_CODE = "delete from delivery_codes where order_id = %(id)s"


def standing(connection: Connection, order_id: UUID) -> Standing:
    """What decides who may take an order that exists."""
    row = connection.exec_driver_sql(_STANDING, {"id": order_id}).one()
    held = None if row.epoch is None else Held(row.epoch, row.courier_id, row.lease_until, row.picked_up_at)
    return Standing(row.merchant_id, row.delivered, row.last_epoch, held, row.tries, row.now)


def claim(connection: Connection, order_id: UUID, epoch: int, courier_id: UUID) -> Claim | None:
    """What this courier has, or had, under this epoch."""
    values = {"id": order_id, "epoch": epoch, "courier": courier_id}
    row = connection.exec_driver_sql(_CLAIM.text, values).one_or_none()
    return None if row is None else Claim(Ending(row.ending) if row.ending else None, row.picked_up_at, row.holds)


def take(connection: Connection, order_id: UUID, epoch: int, courier_id: UUID, lease_seconds: float) -> None:
    """Gives the order to a courier, under a new epoch. The first time, its customer gets a code."""
    values = {"id": order_id, "epoch": epoch, "courier": courier_id, "lease": lease_seconds}
    connection.exec_driver_sql(_TAKE, values)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    connection.exec_driver_sql(_MAKE_CODE, {"id": order_id, "code": code})


def renew(connection: Connection, order_id: UUID, epoch: int, lease_seconds: float) -> None:
    """Lets the lease begin again."""
    connection.exec_driver_sql(_RENEW, {"id": order_id, "epoch": epoch, "lease": lease_seconds})


def note_picked_up(connection: Connection, order_id: UUID, epoch: int, lease_seconds: float) -> None:
    """Notes that the courier has the order with it. Its lease begins again."""
    connection.exec_driver_sql(_PICK_UP, {"id": order_id, "epoch": epoch, "lease": lease_seconds})


def end(connection: Connection, order_id: UUID, epoch: int, ending: Ending) -> None:
    """Ends a courier's time with the order."""
    connection.exec_driver_sql(_END, {"id": order_id, "epoch": epoch, "ending": ending})


def code_of(connection: Connection, order_id: UUID) -> tuple[str, int]:
    """The code of an order that a courier has taken, and how often a wrong one was tried."""
    code, tries = connection.exec_driver_sql(_CODE, {"id": order_id}).one()
    return code, tries


def note_wrong_code(connection: Connection, order_id: UUID) -> int:
    """Counts a wrong code; returns how many there were."""
    tries: int = connection.exec_driver_sql(_NOTE_WRONG, {"id": order_id}).scalar_one()
    return tries


def forget_code(connection: Connection, order_id: UUID) -> None:
    """Removes the code of an order that was delivered."""
    connection.exec_driver_sql(_FORGET_CODE, {"id": order_id})
