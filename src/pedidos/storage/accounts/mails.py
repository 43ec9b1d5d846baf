"""Mails to people, written in the transaction of what they are about. Append-only: storage/mails/queue.py has what
became of each, storage/mails/of_orders.py writes those about orders, and storage/webhooks/notices.py those about
endpoints.

A link's token is not here, but its hash. The statement that writes a mail with a link is the same whether or not the
address has an account, so that the work done does not tell.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.mails import LIVES, MOST_PER_HOUR, PURPOSES, Kind, Link
from pedidos.storage.engine import in_statement
from pedidos.storage.sql import Sql

# The limit is not exact if two requests cross. It protects a mailbox, and no invariant.
_POST_LINK = """
with account as (
    select id, email from accounts where email = %(email)s and active
),
posted as (
    insert into mails (id, account_id, kind, recipient, language, token_hash)
    select %(id)s, id, %(kind)s, email, %(language)s, %(hash)s from account
    where %(most)s > (
        select count(*) from mails
        where account_id = account.id and created_at > now() - interval '1 hour' and token_hash is not null
    )
    returning account_id, recipient
)
insert into one_time_tokens (token_hash, purpose, account_id, email, expires_at)
select %(hash)s, %(purpose)s, account_id, recipient, now() + make_interval(secs => %(life)s) from posted
"""

_POST_NOTICE = """
insert into mails (id, account_id, kind, recipient, language)
select %(id)s, id, %(kind)s, email,
    coalesce(
        %(language)s,
        (select language from mails where account_id = %(account)s order by created_at desc limit 1),
        'en'
    )
from accounts where id = %(account)s
"""

_COLUMNS = Sql("id, account_id, kind, recipient, language, token_hash, created_at, order_id, version, endpoint_id")

_NEWEST = Sql("select {columns} from mails order by created_at desc, id limit %(limit)s", columns=_COLUMNS)

_BY_ID = Sql("select {columns} from mails where id = %(id)s", columns=_COLUMNS)

# now() is stable, so PostgreSQL can use the index. A mail that waits to be sent stays for a week at least.
_DELETE_OLD = """
delete from mails where ctid = any(array(
    select ctid from mails m where created_at < now() - make_interval(days => %(days)s)
      and (created_at < now() - interval '7 days'
           or not exists (select from mail_deliveries d where d.mail_id = m.id and d.state = 'waiting'))
    order by created_at limit %(limit)s for update skip locked
))
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """token_hash: of its link's token; None if it has no link. order_id, version: the event that it is about; None if
    it is about none. endpoint_id: the endpoint of webhooks that it is about."""

    id: UUID
    account_id: UUID
    kind: str
    recipient: str
    language: str
    token_hash: bytes | None
    created_at: datetime
    order_id: UUID | None
    version: int | None
    endpoint_id: UUID | None


def post_link(connection: Connection, email: str, kind: Kind, link: Link) -> bool:
    """Writes a mail with a link, and the link's token, if an active account has this address and did not get too many.

    Returns whether it did.
    """
    purpose = PURPOSES[kind]
    values = {
        "id": link.mail_id,
        "email": email,
        "kind": kind,
        "language": link.language,
        "hash": link.token_hash,
        "most": MOST_PER_HOUR,
        "purpose": purpose,
        "life": LIVES[purpose],
    }
    return connection.exec_driver_sql(_POST_LINK, values).rowcount > 0


def post_notice(connection: Connection, account_id: UUID, kind: Kind, language: str | None = None) -> None:
    """Writes a mail without a link to the account. language: None for that of the last mail to it."""
    values = {"id": uuid.uuid4(), "account": account_id, "kind": kind, "language": language}
    connection.exec_driver_sql(_POST_NOTICE, values)


def newest(engine: Engine, limit: int) -> list[Mail]:
    """The mails, newest first, at most limit."""
    return _read(engine, _NEWEST.text, {"limit": limit})


def by_id(engine: Engine, mail_id: UUID) -> Mail | None:
    """The mail with this id."""
    return next(iter(_read(engine, _BY_ID.text, {"id": mail_id})), None)


def delete_old(engine: Engine, days: int, limit: int) -> int:
    """Deletes mails older than this number of days, at most limit. Returns their number."""
    values = {"days": days, "limit": limit}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_DELETE_OLD, values).rowcount)


def _read(engine: Engine, statement: str, values: dict[str, Any]) -> list[Mail]:
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(statement, values).all())
    return [Mail(*row) for row in rows]
