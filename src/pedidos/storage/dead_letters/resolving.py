"""Closing dead letters by hand: as replayed, or as discarded, with a line in the audit trail."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Outcome, Who
from pedidos.domain.texts import printable
from pedidos.storage.audit_log.writing import write
from pedidos.storage.dead_letters.letters import Deed
from pedidos.storage.engine import in_statement
from pedidos.storage.mails import queue
from pedidos.storage.once import once
from pedidos.storage.webhooks import queue as webhooks

MAX_NOTE = 2000
MAX_BY = 120


@dataclass(frozen=True, slots=True)
class OrderState:
    """The status of a letter's order, and of its payment, if it has one. refunding: whether a part of its money is to
    be returned."""

    status: str
    payment: str | None
    refunding: bool = False


_ORDER_STATE = """
select o.status, p.status as payment,
    exists (select from refunds r where r.order_id = o.id and r.status = 'pending') as refunding
from orders o left join payments p on p.order_id = o.id where o.id = %(id)s
"""

_RECORD = """
insert into dead_letter_actions (letter_id, action, done, done_by, note)
values (%(id)s, %(action)s, %(done)s, %(by)s, %(note)s)
"""

# Of two sessions, the second one finds that the letter is no longer open, and changes nothing.
_RESOLVE = """
update dead_letters set status = %(status)s, resolved_at = clock_timestamp(), resolved_by = %(by)s
where id = %(id)s and status = 'open'
"""

_RESET_HINTS = "delete from stalled_orders where order_id = %(id)s"

# Not before the lease ends: a worker may be asking the gateway under it at this moment.
_RESET_ATTEMPTS = """
update payments set attempts = 0, next_attempt = greatest(lease_until, clock_timestamp())
where order_id = %(id)s and status in ('pending', 'undoing')
"""

_RESET_REFUNDS = """
update refunds set attempts = 0, next_attempt = greatest(lease_until, clock_timestamp())
where order_id = %(id)s and status = 'pending'
"""


def order_state(engine: Engine, order_id: UUID) -> OrderState | None:
    """The state of a letter's order; None if there is no such order."""
    values = {"id": order_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_ORDER_STATE, values).one_or_none())
    return None if row is None else OrderState(*row)


_AUDITED = {"replay": Action.DEAD_LETTER_REPLAYED, "discard": Action.DEAD_LETTER_DISCARDED}


def record_failure(engine: Engine, letter_id: UUID, action: Deed, who: Who, note: str) -> None:
    """Records that an action failed; the letter stays as it is."""

    def work(connection: Connection) -> None:
        connection.exec_driver_sql(_RECORD, _action(letter_id, action, who, note, done=False))
        write(connection, Entry(_AUDITED[action], who, str(letter_id), Outcome.REFUSED))

    once(engine, work)


def resolve(engine: Engine, letter_id: UUID, action: Deed, who: Who, note: str) -> bool:
    """Closes an open letter and records who did it; False if it is not open any more."""

    def work(connection: Connection) -> bool:
        if not _resolve(connection, letter_id, action, who, note):
            return False
        write(connection, Entry(_AUDITED[action], who, str(letter_id)))
        return True

    return once(engine, work)


def resolve_and_restart(engine: Engine, letter_id: UUID, order_id: UUID, who: Who, note: str) -> bool:
    """Closes an order's letter as replayed; False if it is not open any more. In the same transaction, the counts of
    the order's hints and of its payment's attempts start again, so that the watchdog retries both."""

    def work(connection: Connection) -> bool:
        if not _resolve(connection, letter_id, "replay", who, note):
            return False
        connection.exec_driver_sql(_RESET_HINTS, {"id": order_id})
        connection.exec_driver_sql(_RESET_ATTEMPTS, {"id": order_id})
        connection.exec_driver_sql(_RESET_REFUNDS, {"id": order_id})
        write(connection, Entry(_AUDITED["replay"], who, str(letter_id)))
        return True

    return once(engine, work)


def resolve_and_send(engine: Engine, letter_id: UUID, mail_id: UUID, who: Who, note: str) -> bool:
    """Closes the letter of a mail as replayed; False if it is not open any more. In the same transaction, the mail
    waits to be sent again."""

    def work(connection: Connection) -> bool:
        if not _resolve(connection, letter_id, "replay", who, note):
            return False
        queue.send_again(connection, mail_id)
        write(connection, Entry(_AUDITED["replay"], who, str(letter_id)))
        return True

    return once(engine, work)


def resolve_and_deliver(engine: Engine, letter_id: UUID, delivery_id: UUID, who: Who, note: str) -> bool:
    """The same for the letter of a webhook, which waits to be sent again."""

    def work(connection: Connection) -> bool:
        if not _resolve(connection, letter_id, "replay", who, note):
            return False
        webhooks.send_again(connection, delivery_id)
        write(connection, Entry(_AUDITED["replay"], who, str(letter_id)))
        return True

    return once(engine, work)


def _resolve(connection: Connection, letter_id: UUID, action: Deed, who: Who, note: str) -> bool:
    status = {"replay": "replayed", "discard": "discarded"}[action]
    values = {"id": letter_id, "status": status, "by": printable(str(who), MAX_BY)}
    if connection.exec_driver_sql(_RESOLVE, values).rowcount == 0:
        return False
    connection.exec_driver_sql(_RECORD, _action(letter_id, action, who, note, done=True))
    return True


def _action(letter_id: UUID, action: Deed, who: Who, note: str, *, done: bool) -> dict[str, Any]:
    return {
        "id": letter_id,
        "action": action,
        "done": done,
        "by": printable(str(who), MAX_BY),
        "note": printable(note, MAX_NOTE),
    }
