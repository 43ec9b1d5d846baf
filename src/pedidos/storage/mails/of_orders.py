"""Writes mails about events of orders: one for each event and account, however often the event comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.mails import NEWS_SECONDS, Audience, OrderMail
from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement
from pedidos.storage.sql import Sql

CONFIRMED_ADDRESS = Sql("a.active and a.verified_at is not null")
"""An address that its owner has not confirmed may be a stranger's."""

ONCE = Sql("on conflict (order_id, version, account_id) where order_id is not null do nothing")
"""The event may have come before."""

# The language is that of the newest mail to the account: of its sign-up, at first.
_WRITE = Sql(
    """
with happened as materialized (
    select h.* from unnest(
        %(orders)s::uuid[], %(versions)s::int[], %(customers)s::uuid[], %(merchants)s::uuid[], %(times)s::timestamptz[],
        %(kinds)s::text[], %(to_merchants)s::bool[], %(owed)s::bool[]
    ) as h (order_id, version, customer_id, merchant_id, at, kind, to_merchant, owed)
    where h.at > now() - make_interval(secs => %(news)s) and h.at >= (select since from order_mails)
), told as materialized (
    select h.*, a.id as account_id, a.email
    from happened h join accounts a on a.id = h.customer_id
    where not h.to_merchant and {confirmed_address}
    union all
    select h.*, a.id, a.email
    from happened h join accounts a on a.merchant_id = h.merchant_id and a.role = 'merchant'
    where h.to_merchant and {confirmed_address}
), had as materialized (
    select account_id,
        (select count(*) from mails m
         where m.account_id = t.account_id and m.created_at > now() - interval '1 hour' and m.order_id is not null
        ) as mails,
        coalesce((select language from mails m where m.account_id = t.account_id order by created_at desc limit 1),
            %(language)s) as language,
        exists (select from mail_refusals r where r.account_id = t.account_id) as refuses
    from (select distinct account_id from told) t
), numbered as (
    select told.*, had.language, had.mails + row_number() over (partition by account_id order by at, version) as number
    from told join had using (account_id)
    where told.owed or not had.refuses
)
insert into mails (id, account_id, kind, recipient, language, order_id, version)
select gen_random_uuid(), account_id, kind, email, language, order_id, version from numbered where number <= %(most)s
{once}
""",
    confirmed_address=CONFIRMED_ADDRESS,
    once=ONCE,
)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that makes a mail."""

    order_id: UUID
    version: int
    customer_id: UUID
    merchant_id: UUID
    at: datetime
    mail: OrderMail


def write(engine: Engine, happened: Sequence[Happened], language: str, most_per_hour: int) -> int:
    """Writes the mails that these events make, and returns their number. An event that comes again writes nothing.

    language: of accounts of which none is known. most_per_hour: mails about orders to one account. Who has more orders
    than that reads pages, and not a mailbox.
    """
    if not happened:
        return 0
    values = {
        "orders": uuids(each.order_id for each in happened),
        "versions": [each.version for each in happened],
        "customers": uuids(each.customer_id for each in happened),
        "merchants": uuids(each.merchant_id for each in happened),
        "times": [each.at for each in happened],
        "kinds": [each.mail.kind.value for each in happened],
        "to_merchants": [each.mail.audience is Audience.MERCHANT for each in happened],
        "owed": [each.mail.owed for each in happened],
        "language": language,
        "news": NEWS_SECONDS,
        "most": most_per_hour,
    }
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_WRITE.text, values).rowcount)
