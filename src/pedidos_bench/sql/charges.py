"""The charges of the in-process gateway: a table of the benchmark's own."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Engine, Row

from pedidos.storage.engine import in_statement, in_transaction

_TABLE = """
create table bench_charges (key text primary key, amount_cents bigint not null, undone boolean not null default false)
"""

_CHARGE = """
insert into bench_charges (key, amount_cents)
select * from unnest(%(keys)s::text[], %(amounts)s::bigint[])
on conflict do nothing
"""

_UNDO = "update bench_charges set undone = true where key = any(%(keys)s) returning key"

_BOOK = "select key, amount_cents, undone from bench_charges where key not like 'stored:%%'"


def create_table(engine: Engine) -> None:
    in_transaction(engine, lambda connection: connection.exec_driver_sql(_TABLE))


def charge(engine: Engine, cents: Mapping[str, int]) -> None:
    """Stores these charges, by key. A repeated one changes nothing."""
    values = {"keys": list(cents), "amounts": list(cents.values())}
    in_statement(engine, lambda connection: connection.exec_driver_sql(_CHARGE, values))


def undo(engine: Engine, keys: Sequence[str]) -> set[str]:
    """Marks these charges as undone. Returns the keys of those that exist."""
    values = {"keys": list(keys)}
    return set(in_statement(engine, lambda connection: connection.exec_driver_sql(_UNDO, values).scalars().all()))


def book(engine: Engine) -> Sequence[Row[tuple[str, int, bool]]]:
    """key, amount_cents and undone of every charge since the platform was started."""
    return in_statement(engine, lambda connection: connection.exec_driver_sql(_BOOK).all())
