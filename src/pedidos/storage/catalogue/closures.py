"""Closures of a merchant: holidays, and "closed now" with an end.

Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.errors import Explained
from pedidos.sentence import Sentence
from pedidos.storage.audit_log.writing import write
from pedidos.storage.catalogue import merchants
from pedidos.storage.catalogue.merchants import Merchant
from pedidos.storage.once import once

MOST = 100
"""Closures of a merchant that have not ended."""


class TooManyClosures(Explained):
    """The merchant has MOST closures that have not ended."""


_COUNT = "select count(*) from closures where merchant_id = %(merchant)s and ends > now()"

_ADD = """
insert into closures (merchant_id, begins, ends, reason) values (%(merchant)s, %(begins)s, %(ends)s, %(reason)s)
on conflict (merchant_id, begins) do update set ends = excluded.ends, reason = excluded.reason
"""

# "Closed now" makes what is closed already last longer, so that repeating it adds nothing.
_PROLONG = """
update closures set ends = %(ends)s, reason = case when %(reason)s = '' then reason else %(reason)s end
where id = (
    select id from closures where merchant_id = %(merchant)s and begins <= now() and ends > now()
    order by ends desc limit 1
) and ends < %(ends)s
returning id
"""

_CLOSED_LONGER = """
select 1 from closures where merchant_id = %(merchant)s and begins <= now() and ends >= %(ends)s limit 1
"""

_ADD_NOW = """
insert into closures (merchant_id, begins, ends, reason) values (%(merchant)s, now(), %(ends)s, %(reason)s)
"""

_REOPEN = """
update closures set ends = now() where merchant_id = %(merchant)s and begins < now() and ends > now() returning id
"""

# One that has begun is ended, and stays: it says why orders were refused.
_WITHDRAW = "delete from closures where id = %(id)s and merchant_id = %(merchant)s and begins > now() returning id"
_END = """
update closures set ends = now()
where id = %(id)s and merchant_id = %(merchant)s and begins < now() and ends > now() returning id
"""


def close(engine: Engine, merchant_id: UUID, begins: datetime, ends: datetime, reason: str, who: Who) -> Merchant:
    """Closes a merchant that exists from begins until ends, which is later. A closure with the same begin is replaced.

    Raises TooManyClosures.
    """
    values = {"merchant": merchant_id, "begins": begins, "ends": ends, "reason": reason}

    def work(connection: Connection) -> Merchant:
        merchants.lock(connection, merchant_id)
        _within_limit(connection, merchant_id)
        connection.exec_driver_sql(_ADD, values)
        return _noted(connection, merchant_id, who, [begins.isoformat(), ends.isoformat()])

    return once(engine, work)


def close_now(engine: Engine, merchant_id: UUID, ends: datetime, reason: str, who: Who) -> Merchant:
    """Closes a merchant that exists at once. If it is closed now, it stays so until ends, or longer if it was to be.

    Raises TooManyClosures.
    """
    values = {"merchant": merchant_id, "ends": ends, "reason": reason}

    def work(connection: Connection) -> Merchant:
        merchants.lock(connection, merchant_id)
        if connection.exec_driver_sql(_CLOSED_LONGER, values).one_or_none() is not None:
            return merchants.read(connection, merchant_id)
        if connection.exec_driver_sql(_PROLONG, values).one_or_none() is None:
            _within_limit(connection, merchant_id)
            connection.exec_driver_sql(_ADD_NOW, values)
        return _noted(connection, merchant_id, who, ["now", ends.isoformat()])

    return once(engine, work)


def reopen(engine: Engine, merchant_id: UUID, who: Who) -> Merchant:
    """Ends the closures of a merchant that are in force now. Its opening hours decide again."""

    def work(connection: Connection) -> Merchant:
        merchants.lock(connection, merchant_id)
        ended = connection.exec_driver_sql(_REOPEN, {"merchant": merchant_id}).all()
        merchant = merchants.read(connection, merchant_id)
        if ended:
            write(connection, Entry(Action.MERCHANT_REOPENED, who, str(merchant_id)))
        return merchant

    return once(engine, work)


def withdraw(engine: Engine, merchant_id: UUID, closure_id: UUID, who: Who) -> Merchant | None:
    """Removes a closure, or ends it if it has begun. None if the merchant has no such closure that has not ended."""
    values = {"merchant": merchant_id, "id": closure_id}

    def work(connection: Connection) -> Merchant | None:
        merchants.lock(connection, merchant_id)
        done = [connection.exec_driver_sql(each, values).one_or_none() for each in (_WITHDRAW, _END)]
        if not any(done):
            return None
        merchant = merchants.read(connection, merchant_id)
        detail = {"closure": str(closure_id)}
        write(connection, Entry(Action.MERCHANT_REOPENED, who, str(merchant_id), detail=detail))
        return merchant

    return once(engine, work)


def _within_limit(connection: Connection, merchant_id: UUID) -> None:
    count: int = connection.exec_driver_sql(_COUNT, {"merchant": merchant_id}).scalar_one()
    if count >= MOST:
        raise TooManyClosures(Sentence("A merchant can have {most} closures that have not ended.", most=MOST))


def _noted(connection: Connection, merchant_id: UUID, who: Who, closed: list[str]) -> Merchant:
    merchant = merchants.read(connection, merchant_id)
    write(connection, Entry(Action.MERCHANT_CLOSED, who, str(merchant_id), detail={"closed": closed}))
    return merchant
