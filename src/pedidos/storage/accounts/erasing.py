"""Erases an account: it becomes anonymous. Its orders stay for the books, and lead to no person."""

from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.order import ENDS
from pedidos.errors import PedidosError
from pedidos.storage.accounts import pictures
from pedidos.storage.audit_log.writing import write
from pedidos.storage.coupons import vips
from pedidos.storage.engine import in_transaction
from pedidos.storage.orders import contacts, ratings


class OrdersUnfinished(PedidosError):
    """The account has orders that have not ended, or whose money is on its way back. count: how many."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} orders have not ended, or their money is on its way back")
        self.count = count


# An order that is placed meanwhile has a key-share lock on its customer: it is committed before, and counted below, or
# it comes afterwards, and validation rejects it, as the account is no longer active.
_LOCK = "select erased_at is not null as erased from accounts where id = %(id)s for update"

_UNFINISHED = """
select count(*) from orders o left join payments p on p.order_id = o.id
where o.customer_id = %(id)s and (
    o.status <> all(%(ends)s) or p.status in ('pending', 'undoing')
    or exists (select from refunds r where r.order_id = o.id and r.status = 'pending')
)
"""

_FORGET = (
    """
update accounts set email = 'erased-' || id || '@invalid', name = 'Erased', password_hash = '!', active = false,
    erased_at = now()
where id = %(id)s
""",
    "delete from sessions where account_id = %(id)s",
    "delete from mails where account_id = %(id)s",
    "delete from one_time_tokens where account_id = %(id)s",
    "delete from merchant_applications where account_id = %(id)s and status <> 'approved'",
    "delete from second_factors where account_id = %(id)s",
    "delete from saved_addresses where account_id = %(id)s",
    "delete from idempotency_keys where customer_id = %(id)s",
)


def erase(engine: Engine, account_id: UUID, who: Who) -> None:
    """Removes the addresses, the name, the picture, the password, the sessions, the mails and the second factor of an
    account, the contacts of its orders, the words of its ratings, and that it is a VIP.

    Repeating it changes nothing.

    Raises LookupError: no such account; OrdersUnfinished.
    """
    values = {"id": account_id, "ends": list(ENDS)}

    def work(connection: Connection) -> None:
        found = connection.exec_driver_sql(_LOCK, values).one_or_none()
        if found is None:
            raise LookupError(account_id)
        if found.erased:
            return
        unfinished: int = connection.exec_driver_sql(_UNFINISHED, values).scalar_one()
        if unfinished:
            raise OrdersUnfinished(unfinished)
        for statement in _FORGET:
            connection.exec_driver_sql(statement, values)
        contacts.erase_of_customer(connection, account_id)
        ratings.forget_words(connection, account_id)
        pictures.forget(connection, account_id)
        vips.forget(connection, account_id)
        write(connection, Entry(Action.ACCOUNT_ERASED, who, str(account_id)))

    in_transaction(engine, work)
