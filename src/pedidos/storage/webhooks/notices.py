"""Mails to the owner of a shop about an endpoint that takes nothing, in the transaction that notes it.

At most one for each opening of its circuit. An endpoint of the operators makes none: an alert tells them.
"""

from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.mails import Kind
from pedidos.domain.webhooks import TELL_AGAIN_SECONDS
from pedidos.storage.mails.of_orders import CONFIRMED_ADDRESS
from pedidos.storage.sql import Sql

# Of a shop, the owner's account, not those of its staff.
_MAIL = Sql(
    """
insert into mails (id, account_id, kind, recipient, language, endpoint_id)
select gen_random_uuid(), a.id, %(kind)s, a.email,
    coalesce((select language from mails m where m.account_id = a.id order by created_at desc limit 1), %(language)s),
    e.id
from due join webhook_endpoints e on e.id = due.endpoint_id
join accounts a on a.merchant_id = e.merchant_id and a.role = 'merchant' and not a.staff
where {confirmed_address}
""",
    confirmed_address=CONFIRMED_ADDRESS,
)

ONCE_IN_A_WHILE = Sql("coalesce(held_told_at < clock_timestamp() - make_interval(secs => %(again)s), true)")
"""An endpoint that comes and goes makes no mail each time."""

_HELD = Sql(
    """
with due as (
    update webhook_queues set held_told_at = clock_timestamp() where endpoint_id = %(endpoint)s and {once_in_a_while}
    returning endpoint_id
)
{mail}
""",
    once_in_a_while=ONCE_IN_A_WHILE,
    mail=_MAIL,
)

_GIVEN_UP = Sql(
    """
with due as (
    update webhook_queues set given_up_told = openings
    where endpoint_id = %(endpoint)s and given_up_told is distinct from openings returning endpoint_id
)
{mail}
""",
    mail=_MAIL,
)

_GONE = Sql("with due as (select %(endpoint)s::uuid as endpoint_id)\n{mail}", mail=_MAIL)

_STATEMENTS = {Kind.WEBHOOK_HELD: _HELD, Kind.WEBHOOK_GIVEN_UP: _GIVEN_UP, Kind.WEBHOOK_GONE: _GONE}


def tell(connection: Connection, endpoint_id: UUID, kind: Kind, language: str) -> int:
    """Writes the mail, unless one has said so of this opening. Returns the number of mails.

    language: of an owner of whom none is known.
    """
    values = {"endpoint": endpoint_id, "kind": kind, "again": TELL_AGAIN_SECONDS, "language": language}
    return connection.exec_driver_sql(_STATEMENTS[kind].text, values).rowcount
