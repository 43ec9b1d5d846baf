"""Who wants no mails but those that are owed."""

from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement, in_transaction

_REFUSE = """
insert into mail_refusals (account_id) select id from accounts where id = %(id)s and active on conflict do nothing
"""
_ACCEPT = "delete from mail_refusals where account_id = %(id)s"
_REFUSES = "select exists (select from mail_refusals where account_id = %(id)s)"


def refuse(engine: Engine, account_id: UUID, who: Who) -> None:
    """From now on the account gets the mails that are owed, and no others. Repeating it changes nothing."""
    _change(engine, _REFUSE, account_id, Entry(Action.MAILS_REFUSED, who, str(account_id)))


def accept(engine: Engine, account_id: UUID, who: Who) -> None:
    """From now on the account gets all mails. Repeating it changes nothing."""
    _change(engine, _ACCEPT, account_id, Entry(Action.MAILS_WANTED, who, str(account_id)))


def refuses(engine: Engine, account_id: UUID) -> bool:
    """Whether the account gets only the mails that are owed."""
    values = {"id": account_id}
    found: bool = in_statement(engine, lambda connection: connection.exec_driver_sql(_REFUSES, values).scalar_one())
    return found


def _change(engine: Engine, statement: str, account_id: UUID, entry: Entry) -> None:
    def work(connection: Connection) -> None:
        if connection.exec_driver_sql(statement, {"id": account_id}).rowcount:
            write(connection, entry)

    in_transaction(engine, work)
