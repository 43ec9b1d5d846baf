"""The mails that wait to be sent: taking some under a lease, and noting what became of each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.storage.accounts.mails import Mail
from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement
from pedidos.storage.sql import Sql

MAX_REASON = 300

End = Literal["sent", "failed", "lapsed"]

LEASED = Sql("next_attempt = clock_timestamp() + make_interval(secs => %(lease_seconds)s)")
"""No other process takes the mail before the lease has ended."""

HOLDS_LEASE = Sql("d.lease = k.lease")
"""Who was stopped for longer than the lease does not say what became of a mail that another process has taken since."""

_TAKE = Sql(
    """
with taken as (
    update mail_deliveries set {leased}, lease = lease + 1, attempts = attempts + 1
    where mail_id = any(array(
        select mail_id from mail_deliveries where state = 'waiting' and next_attempt <= clock_timestamp()
        order by next_attempt limit %(limit)s for update skip locked
    ))
    returning mail_id, lease, attempts
)
select m.id, m.account_id, m.kind, m.recipient, m.language, m.token_hash, m.created_at, m.order_id, m.version,
    m.endpoint_id, t.lease, t.attempts, extract(epoch from clock_timestamp() - m.created_at)::float8 as age_seconds
from taken t join mails m on m.id = t.mail_id order by m.created_at
""",
    leased=LEASED,
)

_SETTLE = Sql(
    """
update mail_deliveries d set state = %(state)s, settled_at = clock_timestamp(), reason = %(reason)s
from (select %(id)s::uuid as mail_id, %(lease)s::bigint as lease) k
where d.mail_id = k.mail_id and d.state = 'waiting' and {holds_lease}
""",
    holds_lease=HOLDS_LEASE,
)

_LATER = Sql(
    """
update mail_deliveries d set next_attempt = clock_timestamp() + make_interval(secs => %(seconds)s), reason = %(reason)s
from (select %(id)s::uuid as mail_id, %(lease)s::bigint as lease) k
where d.mail_id = k.mail_id and d.state = 'waiting' and {holds_lease}
""",
    holds_lease=HOLDS_LEASE,
)

# What was not tried does not count as a try.
_GIVE_BACK = Sql(
    """
update mail_deliveries d set next_attempt = clock_timestamp(), attempts = greatest(0, d.attempts - 1)
from unnest(%(ids)s::uuid[], %(leases)s::bigint[]) as k (mail_id, lease)
where d.mail_id = k.mail_id and d.state = 'waiting' and {holds_lease}
""",
    holds_lease=HOLDS_LEASE,
)

_WAITING = """
select count(*), coalesce(extract(epoch from clock_timestamp() - min(m.created_at)), 0)::float8
from mail_deliveries d join mails m on m.id = d.mail_id where d.state = 'waiting'
"""

_SEND_AGAIN = """
update mail_deliveries set state = 'waiting', settled_at = null, attempts = 0, next_attempt = clock_timestamp()
where mail_id = %(id)s and state = 'failed'
"""

_STATES = "select mail_id, state, reason, settled_at from mail_deliveries where mail_id = any(%(ids)s::uuid[])"


@dataclass(frozen=True, slots=True)
class TakenMail(Mail):
    """lease: to be named when its outcome is noted. attempts: with this one."""

    lease: int
    attempts: int
    age_seconds: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a mail. settled_at: None while it waits."""

    state: str
    reason: str | None
    settled_at: datetime | None


def take(engine: Engine, limit: int, lease_seconds: float) -> list[TakenMail]:
    """The mails that are due, at most limit, oldest first. No other process gets them for lease_seconds."""
    values = {"limit": limit, "lease_seconds": lease_seconds}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_TAKE.text, values).all())
    return [TakenMail(*row) for row in rows]


def settle(engine: Engine, mail: TakenMail, state: End, reason: str | None = None) -> bool:
    """Notes how it ended. False if the lease is another process' by now."""
    return _run(engine, _SETTLE.text, _key(mail) | {"state": state, "reason": _short(reason)}) > 0


def try_later(engine: Engine, mail: TakenMail, seconds: float, reason: str) -> bool:
    """Makes it due again after this number of seconds."""
    return _run(engine, _LATER.text, _key(mail) | {"seconds": seconds, "reason": _short(reason)}) > 0


def give_back(engine: Engine, mails: Sequence[TakenMail]) -> None:
    """Makes mails that were not tried due again, at once."""
    if mails:
        values = {"ids": uuids(each.id for each in mails), "leases": [each.lease for each in mails]}
        _run(engine, _GIVE_BACK.text, values)


def waiting(engine: Engine) -> tuple[int, float]:
    """How many mails wait, and for how many seconds the oldest has."""
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_WAITING).one())
    return row[0], row[1]


def send_again(connection: Connection, mail_id: UUID) -> bool:
    """Makes a mail that failed wait again; False if it is not there any more, or has not failed."""
    return connection.exec_driver_sql(_SEND_AGAIN, {"id": mail_id}).rowcount > 0


def deliveries(engine: Engine, mail_ids: Collection[UUID]) -> dict[UUID, Delivery]:
    """What became of these mails."""
    values = {"ids": uuids(mail_ids)}
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_STATES, values).all())
    return {row[0]: Delivery(*row[1:]) for row in rows}


def _key(mail: TakenMail) -> dict[str, Any]:
    return {"id": mail.id, "lease": mail.lease}


def _short(reason: str | None) -> str | None:
    return None if reason is None else reason[:MAX_REASON]


def _run(engine: Engine, statement: str, values: dict[str, Any]) -> int:
    return in_statement(engine, lambda connection: connection.exec_driver_sql(statement, values).rowcount)
