"""Each kind of process can do at PostgreSQL what is listed for it, and nothing else."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Engine

from pedidos.storage import grants, roles
from pedidos.storage.migrations import migrate
from pedidos.storage.roles import ROLES, TABLES, ProcessKind
from tests.support.servers import as_role
from tests.support.tables import rows

FORBIDDEN_TO_ALL = {
    "run a program as the server's user": "copy (select 1) to program 'true'",
    "read a file of the server": "select pg_read_file('PG_VERSION')",
    "switch off the triggers of a table": "alter table order_events disable trigger all",
    "switch off all triggers": "set session_replication_role = replica",
    "drop a trigger": "drop trigger order_events_append_only on order_events",
    "replace a trigger's function": "create or replace function refuse_late_event() returns trigger language sql as ''",
    "rewrite the past": "update order_events set detail = '{}'",
    "empty a table": "truncate order_events",
    "make a table": "create table mine ()",
    "become more": "alter role current_user superuser",
    "become the owner": "set role pedidos",
    "forget who did what": "delete from dead_letter_actions",
    "rewrite the history of the stock": "update stock_changes set former = 0",
    "rewrite who did what": "update audit_log set detail = '{}'",
    "empty the audit log": "truncate audit_log",
    "choose the next number of the audit log": "update audit_log_number set last = 0",
}

FORBIDDEN = {
    roles.API: ["delete from orders", "select payload from dead_letters", "update accounts set role = 'operator'"],
    roles.LIVE: [
        "select password_hash from accounts",
        "select from payments",
        "update orders set status = 'paid'",
    ],
    roles.WEB: [
        "delete from stock_changes",
        "delete from products",
        "update accounts set role = 'operator'",
    ],
    roles.RELAY: [
        "select password_hash from accounts",
        "insert into order_events default values",
        "select from orders",
    ],
    roles.BRIDGE: ["select from orders", "update dead_letters set status = 'discarded'", "select from accounts"],
    roles.WORKER: [
        "select password_hash from accounts",
        "insert into orders default values",
        "delete from payments",
    ],
    roles.SCHEDULER: [
        "select from accounts",
        "update orders set status = 'paid'",
        "update stock set on_hand = 9",
    ],
    roles.OPERATOR: ["select from accounts", "select from refresh_tokens", "update products set price_cents = 1"],
}

Execute = Callable[[ProcessKind, str], None]


@pytest.fixture
def execute(database_url: str) -> Execute:
    """Runs a statement in the role of a kind of process, and undoes it."""

    def run(kind: ProcessKind, statement: str) -> None:
        with psycopg.connect(as_role(database_url, kind)) as connection:
            connection.execute(statement.encode())
            connection.rollback()

    return run


@pytest.mark.parametrize("kind", ProcessKind)
@pytest.mark.parametrize("statement", FORBIDDEN_TO_ALL.values(), ids=FORBIDDEN_TO_ALL)
def test_no_process_may(execute: Execute, kind: ProcessKind, statement: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        execute(kind, statement)


@pytest.mark.parametrize(("kind", "statement"), [(kind, each) for kind, some in FORBIDDEN.items() for each in some])
def test_a_process_may_not_do_anothers_work(execute: Execute, kind: ProcessKind, statement: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        execute(kind, statement)


def test_the_owner_is_no_superuser(database_url: str) -> None:
    with psycopg.connect(database_url) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("copy (select 1) to program 'true'")


def test_every_table_is_listed(empty: Engine) -> None:
    migrate(empty)
    found = rows(empty, "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'")
    assert {row.relname for row in found} == set(TABLES)


def test_rights_that_are_not_listed_are_taken_away_and_missing_ones_given(empty: Engine) -> None:
    migrate(empty)
    before = granted(empty)
    with empty.begin() as connection:
        connection.exec_driver_sql("grant delete on orders to pedidos_live")
        connection.exec_driver_sql("grant select (password_hash) on accounts to pedidos_live")
        connection.exec_driver_sql("revoke select on orders from pedidos_live")
    assert granted(empty) != before
    with empty.begin() as connection:
        assert grants.give(connection) == sorted(ROLES)
    assert granted(empty) == before


def granted(engine: Engine) -> set[tuple[object, ...]]:
    """The rights of all roles on tables and columns."""
    found = rows(
        engine,
        """
        select c.relname, null as attname, x.grantee, x.privilege_type
        from pg_class c cross join lateral aclexplode(c.relacl) x where c.relnamespace = 'public'::regnamespace
        union all
        select c.relname, a.attname, x.grantee, x.privilege_type
        from pg_class c join pg_attribute a on a.attrelid = c.oid cross join lateral aclexplode(a.attacl) x
        where c.relnamespace = 'public'::regnamespace
        """,
    )
    return set(map(tuple, found))


def test_where_there_are_no_roles_nothing_is_given(empty: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grants, "ROLES", ("pedidos_nowhere",))
    with empty.begin() as connection:
        assert grants.give(connection) == []
