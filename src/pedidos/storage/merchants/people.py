"""People who are invited: the staff of a merchant, by its owner, and operators, by operators.

An invitation makes the account, without a usable password; the link of the mail lets its reader choose one. Functions
that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.access import OF_A_MERCHANT, Role
from pedidos.domain.audit import Action, Entry, Outcome, Who
from pedidos.domain.mails import Kind, Link
from pedidos.errors import PedidosError
from pedidos.storage.accounts.accounts import EmailTaken
from pedidos.storage.accounts.mails import post_link
from pedidos.storage.accounts.sessions import end_all
from pedidos.storage.audit_log.writing import record, write
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once

MOST = 50
"""People of a merchant, or operators."""


class TooMany(PedidosError):
    """There are MOST people already, or too many mails to this address within an hour."""


@dataclass(frozen=True, slots=True)
class Person:
    """joined: whether the person has chosen a password. staff, courier: neither for the owner of a merchant."""

    id: UUID
    email: str
    name: str
    staff: bool
    courier: bool
    joined: bool
    created_at: datetime

    @property
    def removable(self) -> bool:
        return self.staff or self.courier


# "!" stands in place of the hash of a password: no password has it.
# Who was removed, or has not joined yet, can be invited again. Of another account, nothing changes.
_INVITE = """
insert into accounts (email, name, role, merchant_id, staff, password_hash, verified_at)
values (%(email)s, %(name)s, %(role)s, %(merchant)s, %(staff)s, '!', null)
on conflict (email) do update set name = excluded.name, active = true, password_hash = '!'
    where accounts.role = excluded.role and accounts.merchant_id is not distinct from excluded.merchant_id
      and accounts.staff = excluded.staff and (not accounts.active or accounts.password_hash = '!')
returning id
"""

_COUNT = """
select count(*) from accounts where role = %(role)s and merchant_id is not distinct from %(merchant)s and active
"""

_PEOPLE = """
select id, email, name, staff, role = 'courier' as courier, password_hash <> '!' as joined, created_at from accounts
where role = any(%(roles)s) and merchant_id is not distinct from %(merchant)s and active
order by role = 'courier', staff, email limit %(most)s
"""

_REMOVE = """
update accounts set active = false
where id = %(id)s and merchant_id = %(merchant)s and (staff or role = 'courier') and active
returning id
"""

# Another courier can take what it has in hand at once.
_END_LEASES = """
update courier_assignments set lease_until = greatest(taken_at + interval '1 microsecond', clock_timestamp())
where courier_id = %(id)s and ending is null
"""

_FORGET = "delete from one_time_tokens where account_id = %(id)s"


def invite_staff(engine: Engine, merchant_id: UUID, email: str, name: str, link: Link, who: Who) -> UUID:
    """Makes an account of the merchant's staff, and writes the mail. Raises EmailTaken, TooMany."""
    values = {"email": email, "name": name, "role": Role.MERCHANT, "merchant": merchant_id, "staff": True}
    return _invite(engine, values, Kind.STAFF_INVITED, link, who)


def invite_courier(engine: Engine, merchant_id: UUID, email: str, name: str, link: Link, who: Who) -> UUID:
    """Makes an account of a courier of the merchant, and writes the mail. Raises EmailTaken, TooMany."""
    values = {"email": email, "name": name, "role": Role.COURIER, "merchant": merchant_id, "staff": False}
    return _invite(engine, values, Kind.STAFF_INVITED, link, who)


def invite_operator(engine: Engine, email: str, name: str, link: Link, who: Who) -> UUID:
    """Makes an operator's account, and writes the mail. Raises EmailTaken, TooMany."""
    values = {"email": email, "name": name, "role": Role.OPERATOR, "merchant": None, "staff": False}
    return _invite(engine, values, Kind.OPERATOR_INVITED, link, who)


def of_merchant(engine: Engine, merchant_id: UUID) -> list[Person]:
    """The people of a merchant: its owners, then its staff, then its couriers."""
    return _people(engine, OF_A_MERCHANT, merchant_id)


def operators(engine: Engine) -> list[Person]:
    """The operators."""
    return _people(engine, {Role.OPERATOR}, None)


def remove(engine: Engine, merchant_id: UUID, account_id: UUID, who: Who) -> bool:
    """Ends an account of the merchant's staff, or of a courier, with its sessions. Returns False if it has no such
    account any more."""
    values = {"id": account_id, "merchant": merchant_id}

    def work(connection: Connection) -> bool:
        if connection.exec_driver_sql(_REMOVE, values).one_or_none() is None:
            return False
        connection.exec_driver_sql(_FORGET, values)
        connection.exec_driver_sql(_END_LEASES, values)
        ended = end_all(connection, account_id)
        write(connection, Entry(Action.ACCOUNT_REMOVED, who, str(account_id), detail={"sessions": ended}))
        return True

    return once(engine, work)


def _invite(engine: Engine, values: dict[str, Any], kind: Kind, link: Link, who: Who) -> UUID:
    detail = {"role": str(values["role"]), "staff": values["staff"]}

    def work(connection: Connection) -> UUID:
        if connection.exec_driver_sql(_COUNT, values).scalar_one() >= MOST:
            raise TooMany
        made: UUID | None = connection.exec_driver_sql(_INVITE, values).scalar_one_or_none()
        if made is None:
            raise EmailTaken
        connection.exec_driver_sql(_FORGET, {"id": made})  # the link of an earlier invitation
        if not post_link(connection, values["email"], kind, link):
            raise TooMany
        write(connection, Entry(Action.ACCOUNT_INVITED, who, str(made), detail=detail))
        return made

    try:
        return once(engine, work)
    except EmailTaken:
        # It tells that the address has an account: who looks for addresses this way is in the log.
        record(engine, Entry(Action.ACCOUNT_INVITED, who, outcome=Outcome.REFUSED, detail=detail))
        raise


def _people(engine: Engine, roles: Set[Role], merchant_id: UUID | None) -> list[Person]:
    values = {"roles": list(roles), "merchant": merchant_id, "most": MOST * len(roles)}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_PEOPLE, values).all())
    return [Person(*row) for row in rows]
