"""Second factors: an encrypted secret, the time step of the last code, and hashes of recovery codes.

A factor counts from its confirmation on: until a code has shown that its owner's app has the secret, nothing asks for
it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.mails import Kind
from pedidos.storage.accounts.mails import post_notice
from pedidos.storage.accounts.sessions import end_all
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import in_statement
from pedidos.storage.once import once

_FIND = """
select secret, confirmed_at, last_step,
    (select count(*) from recovery_codes c where c.account_id = f.account_id) as codes_left
from second_factors f where account_id = %(account)s
"""

# One that was begun and not confirmed is replaced, a confirmed one is not.
_BEGIN = """
insert into second_factors (account_id, secret) values (%(account)s, %(secret)s)
on conflict (account_id) do update set secret = excluded.secret, began_at = now(), last_step = 0
where second_factors.confirmed_at is null
"""

_CONFIRM = """
update second_factors set confirmed_at = now(), last_step = %(step)s
where account_id = %(account)s and secret = %(secret)s and confirmed_at is null and last_step < %(step)s
"""

# No code counts twice, also not of two requests at once: the second one waits for the row.
_USE_STEP = """
update second_factors set last_step = %(step)s
where account_id = %(account)s and confirmed_at is not null and last_step < %(step)s
"""

_USE_CODE = "delete from recovery_codes where account_id = %(account)s and code_hash = %(hash)s"

_KEEP_CODE = "insert into recovery_codes (account_id, code_hash) values (%(account)s, %(hash)s)"

_REMOVE = "delete from second_factors where account_id = %(account)s and confirmed_at is not null"

# A sign-in that has read the account before knows nothing of the factor, and opens no session.
_NEXT_VERSION = "update accounts set version = version + 1 where id = %(account)s and active"


@dataclass(frozen=True, slots=True)
class Factor:
    """secret: encrypted. confirmed_at: None if nothing asks for it yet. last_step: of the last code. codes_left:
    recovery codes that were not used."""

    secret: bytes
    confirmed_at: datetime | None
    last_step: int
    codes_left: int


def of_account(engine: Engine, account_id: UUID) -> Factor | None:
    """The account's second factor, confirmed or not."""
    values = {"account": account_id}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_FIND, values).one_or_none())
    return Factor(*row) if row else None


def begin(engine: Engine, account_id: UUID, secret: bytes) -> bool:
    """Stores the encrypted secret of a factor that is not confirmed yet. Returns False if the account has one."""
    values = {"account": account_id, "secret": secret}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_BEGIN, values).rowcount) > 0


def confirm(
    engine: Engine, account_id: UUID, factor: Factor, step: int, code_hashes: Sequence[bytes], who: Who, language: str
) -> bool:
    """Makes the factor count, with these recovery codes, and ends the account's other sessions, which began without it.

    step: of the code that showed it. Returns False if the factor has changed since it was read. Raises
    once.OutcomeUnknown.
    """
    values = {"account": account_id, "secret": factor.secret, "step": step}

    def work(connection: Connection) -> bool:
        if not connection.exec_driver_sql(_CONFIRM, values).rowcount:
            return False
        connection.exec_driver_sql(_NEXT_VERSION, values)
        connection.exec_driver_sql(_KEEP_CODE, [{"account": account_id, "hash": each} for each in code_hashes])
        ended = end_all(connection, account_id, but=who.session_id)
        post_notice(connection, account_id, Kind.SECOND_FACTOR_ADDED, language)
        write(connection, Entry(Action.FACTOR_ADDED, who, str(account_id), detail={"sessions": ended}))
        return True

    return once(engine, work)


def use_step(engine: Engine, account_id: UUID, step: int) -> bool:
    """Notes that a code of this time step was used. Returns False if one of it or of a later step was used before."""
    values = {"account": account_id, "step": step}
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_USE_STEP, values).rowcount) > 0


def use_recovery_code(engine: Engine, account_id: UUID, code_hash: bytes, who: Who) -> bool:
    """Uses a recovery code up. Returns whether there was one with this hash. Raises once.OutcomeUnknown."""
    values = {"account": account_id, "hash": code_hash}

    def work(connection: Connection) -> bool:
        used = connection.exec_driver_sql(_USE_CODE, values).rowcount > 0
        if used:
            write(connection, Entry(Action.RECOVERY_CODE_USED, replace(who, account_id=account_id), str(account_id)))
        return used

    return once(engine, work)


def remove(engine: Engine, account_id: UUID, who: Who, language: str) -> bool:
    """Takes the factor away. Returns whether there was a confirmed one. Raises once.OutcomeUnknown."""

    def work(connection: Connection) -> bool:
        removed = connection.exec_driver_sql(_REMOVE, {"account": account_id}).rowcount > 0
        if removed:
            post_notice(connection, account_id, Kind.SECOND_FACTOR_REMOVED, language)
            write(connection, Entry(Action.FACTOR_REMOVED, who, str(account_id)))
        return removed

    return once(engine, work)


def reset(engine: Engine, account_id: UUID, who: Who) -> bool:
    """As remove(), for an operator: it also ends the account's sessions."""

    def work(connection: Connection) -> bool:
        removed = connection.exec_driver_sql(_REMOVE, {"account": account_id}).rowcount > 0
        if removed:
            ended = end_all(connection, account_id)
            post_notice(connection, account_id, Kind.SECOND_FACTOR_REMOVED)
            write(connection, Entry(Action.FACTOR_RESET, who, str(account_id), detail={"sessions": ended}))
        return removed

    return once(engine, work)
