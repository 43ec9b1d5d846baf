"""The pictures that people have of themselves. Only the account itself sees its picture.

Functions that change something do it once (storage.once): they raise once.OutcomeUnknown.
"""

from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.picture import Picture, Shown
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once

# The same picture again changes nothing, and is not noted. The lock waits for an erasure that has begun: afterwards,
# the account is not active.
_SET = """
insert into account_pictures as before (account_id, version, width, height, content)
select id, %(version)s, %(width)s, %(height)s, %(content)s from accounts where id = %(id)s and active
for key share
on conflict (account_id) do update
set version = excluded.version, width = excluded.width, height = excluded.height, content = excluded.content
where before.version <> excluded.version
returning account_id
"""

_REMOVE = "delete from account_pictures where account_id = %(id)s returning account_id"

_SHOWN = "select version, width, height from account_pictures where account_id = %(id)s"

_PICTURE = "select content, width, height from account_pictures where account_id = %(id)s"


def set_picture(engine: Engine, account_id: UUID, picture: Picture, who: Who) -> None:
    """Gives an account its picture, in place of the one it had. One that is not active gets none."""
    values = {
        "id": account_id,
        "version": picture.version,
        "width": picture.width,
        "height": picture.height,
        "content": picture.content,
    }
    _change(engine, _SET, values, Entry(Action.ACCOUNT_PICTURE_SET, who, str(account_id)))


def remove_picture(engine: Engine, account_id: UUID, who: Who) -> None:
    """Removes the picture of an account, if it has one."""
    _change(engine, _REMOVE, {"id": account_id}, Entry(Action.ACCOUNT_PICTURE_REMOVED, who, str(account_id)))


def shown(engine: Engine, account_id: UUID) -> Shown | None:
    """What is needed to show the picture of an account, if it has one."""
    values = {"id": account_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_SHOWN, values).one_or_none())
    return Shown(*row) if row else None


def picture(engine: Engine, account_id: UUID) -> Picture | None:
    """The picture of an account, if it has one."""
    values = {"id": account_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_PICTURE, values).one_or_none())
    return Picture(bytes(row.content), row.width, row.height) if row else None


def forget(connection: Connection, account_id: UUID) -> None:
    """Removes the picture, in the transaction that erases the account."""
    connection.exec_driver_sql(_REMOVE, {"id": account_id})


def _change(engine: Engine, statement: str, values: dict[str, object], entry: Entry) -> None:
    """Runs a statement that returns a row if it changes something, which is noted."""

    def work(connection: Connection) -> None:
        if connection.exec_driver_sql(statement, values).one_or_none() is not None:
            write(connection, entry)

    once(engine, work)
