"""Reads what the ledger of a drill needs to know about mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from pedidos.storage.engine import in_transaction

_MAILS = text("""
select m.id, m.account_id, m.order_id, m.version, m.kind, a.verified_at is not null as confirmed, d.state
from mails m join mail_deliveries d on d.mail_id = m.id join accounts a on a.id = m.account_id
where m.order_id is not null
""")

_UNCONFIRMED = text("select id::text from accounts where verified_at is null or not active")

_STAFF = text("""
select o.id::text, (select count(*) from accounts a
                    where a.merchant_id = o.merchant_id and a.role = 'merchant'
                      and a.active and a.verified_at is not null) as staff
from orders o
""")

_UNCONFIRM = text("update accounts set verified_at = null where email = :email")


@dataclass(frozen=True, slots=True)
class Found:
    """staff: by order, the number of accounts of its merchant."""

    mails: Sequence[Row[Any]]
    unconfirmed: frozenset[str]
    staff: dict[str, int]


def read(engine: Engine) -> Found:
    def work(connection: Connection) -> Found:
        return Found(
            connection.execute(_MAILS).all(),
            frozenset(connection.execute(_UNCONFIRMED).scalars()),
            {row.id: row.staff for row in connection.execute(_STAFF)},
        )

    return in_transaction(engine, work)


def unconfirm(engine: Engine, email: str) -> None:
    """From now on, the address of this account is not confirmed."""
    in_transaction(engine, lambda connection: connection.execute(_UNCONFIRM, {"email": email}))
