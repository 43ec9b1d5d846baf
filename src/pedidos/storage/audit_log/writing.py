"""Writes entries of the audit log, in the transaction of what they report."""

from typing import Any

import orjson
from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Entry
from pedidos.domain.texts import printable
from pedidos.storage.once import once

MAX_SUBJECT = 200
MAX_LOCAL_USER = 64

_WRITE = """
insert into audit_log (action, subject, outcome, account_id, role, session_id, client, local_user, request_id, detail)
values (%(action)s, %(subject)s, %(outcome)s, %(account_id)s, %(role)s, %(session_id)s, %(client)s, %(local_user)s,
        %(request_id)s, %(detail)s)
"""


def write(connection: Connection, entry: Entry) -> None:
    """Writes an entry. The last statement of its transaction: until the commit, no other transaction can write one."""
    connection.exec_driver_sql(_WRITE, _values(entry))


def record(engine: Engine, entry: Entry) -> None:
    """Writes an entry in a transaction of its own: about what was read or refused. Raises once.OutcomeUnknown."""
    once(engine, lambda connection: write(connection, entry))


def _values(entry: Entry) -> dict[str, Any]:
    who = entry.who
    return {
        "action": entry.action,
        "subject": None if entry.subject is None else printable(entry.subject, MAX_SUBJECT),
        "outcome": entry.outcome,
        "account_id": who.account_id,
        "role": who.role,
        "session_id": who.session_id,
        "client": who.client,
        "local_user": None if who.local_user is None else printable(who.local_user, MAX_LOCAL_USER),
        "request_id": who.request_id,
        "detail": orjson.dumps(entry.detail).decode(),
    }
