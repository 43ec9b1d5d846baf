"""Every migration since the release before, beside processes of that release: their own statements write orders
meanwhile. What locks a table against them neither reads nor rewrites it."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import Connection, Engine, event

from pedidos.storage.migrations import PACKAGE, migrate, newest
from pedidos_dev.release_before.record import before, statements
from tests.support.shop import Product, make_customer, make_product
from tests.support.tables import change, check, rows
from tests.support.waiting import until

PLACE, OPEN, CLOSE = "orders.placing._PLACE", "fused.opening._OPEN", "fused.closing._CLOSE"

SCANNED_UNDER_LOCK = {
    ("0034", "payments"): "a column with a check of its own, on an empty column: reads the table once",
    ("0035", "accounts"): "two checks are made new and validated in one transaction: reads the accounts once",
}
"""Migrations from before this rule, which may not be changed any more."""

SMALL = {"relay_positions", "event_logs", "event_log_fence", "event_log_horizon", "alembic_version"}
"""Tables of a few rows, whatever the platform has done: they may be read and rewritten under a lock."""

OPENED = ("validated", "reserved", "charging")
CLOSED = ("paid", "confirmed")
"""The states that an order enters with these statements."""

PLACEHOLDER = re.compile(r"%\((\w+)\)s")

LOCKED = """
select c.relname, coalesce(s.seq_scan, 0) as scans
from pg_locks l join pg_class c on c.oid = l.relation left join pg_stat_xact_user_tables s on s.relid = c.oid
where l.pid = pg_backend_pid() and l.granted and c.relkind = 'r' and c.relname = any(%(tables)s)
  and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
group by c.relname, s.seq_scan
"""

FLUSH = "select pg_stat_force_next_flush()"
"""The statistics of a transaction are those of its session since they were reported."""

FILES = """
select relname, pg_relation_filenode(oid) as file from pg_class
where relkind = 'r' and relnamespace = 'public'::regnamespace
"""


def later() -> list[str]:
    """The revisions since the release before, oldest first."""
    names = (each.name for each in (PACKAGE / "versions").iterdir())
    return sorted({name[:4] for name in names if name[:4].isdecimal() and name[:4] > before().revision})


def connected(engine: Engine) -> "psycopg.Connection[dict[str, object]]":
    """A connection as a process of the release before has it, past SQLAlchemy: its statements have the driver's
    placeholders."""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(url, autocommit=True, row_factory=dict_row)


@pytest.fixture
def old(empty: Engine) -> Engine:
    """A database as the release before has it."""
    migrate(empty, before().revision)
    return empty


def numbered(statement: str) -> str:
    """The statement with PostgreSQL's own placeholders."""
    names = list(dict.fromkeys(PLACEHOLDER.findall(statement)))
    return PLACEHOLDER.sub(lambda each: f"${names.index(each[1]) + 1}", statement).replace("%%", "%")


def refused(engine: Engine) -> dict[str, str]:
    """The statements that PostgreSQL does not take, with the reason."""
    found = {}
    with connected(engine) as connection:
        for name, statement in statements().items():
            try:
                connection.execute(f"prepare one as {numbered(statement)}")
            except psycopg.Error as error:
                found[name] = str(error)
            else:
                connection.execute("deallocate one")
    return found


def test_processes_of_the_release_before_work_beside_each_migration_since(old: Engine) -> None:
    known = refused(old)  # parts of statements, and some whose parameters have a type only with their values
    assert len(known) < len(statements()) / 10
    scanned: set[tuple[str, str]] = set()
    rewritten: set[tuple[str, str]] = set()
    product = make_shop(old)
    with working(old, make_customer(old), product) as work:
        for revision in later():
            work.until_more()
            there = {table: file for table, file in files(old).items() if table not in SMALL}
            with observed(old, [*there]) as tables:
                migrate(old, revision)
            scanned |= {(revision, table) for table in tables}
            now = files(old)
            rewritten |= {(revision, table) for table, file in there.items() if now.get(table, file) != file}
        work.until_more()
    assert later()[-1] == newest()
    assert rewritten == set()
    assert scanned == SCANNED_UNDER_LOCK.keys()
    assert {name: why for name, why in refused(old).items() if name not in known} == {}
    found = rows(old, "select o.status, o.version, p.status as paid from orders o join payments p on p.order_id = o.id")
    assert {tuple(row) for row in found} == {("confirmed", 1 + len(OPENED) + len(CLOSED), "captured")}
    assert len(found) == len(work.placed) > len(later())
    check(old, [product])


@dataclass
class Work:
    """Orders that are placed, charged and confirmed one after the other; what went wrong ends it."""

    placed: list[UUID] = field(default_factory=list)
    failure: Exception | None = None

    def until_more(self) -> None:
        """Returns when another order is confirmed."""
        seen = len(self.placed)
        until(lambda: len(self.placed) > seen or self.failure, "another order")
        if self.failure is not None:
            raise self.failure


@contextmanager
def working(engine: Engine, customer: UUID, product: Product) -> Iterator[Work]:
    """Inside the context, a process of the release before works."""
    work, over = Work(), threading.Event()

    def run() -> None:
        try:
            with connected(engine) as connection:
                while not over.is_set():
                    work.placed.append(order(connection, customer, product))
        except Exception as error:  # noqa: BLE001  # the test fails with it
            work.failure = error

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield work
    finally:
        over.set()
        thread.join()


def files(engine: Engine) -> dict[str, int]:
    """The file of each table: another one after it was rewritten."""
    return {row.relname: row.file for row in rows(engine, FILES)}


@contextmanager
def observed(engine: Engine, tables: list[str]) -> Iterator[list[str]]:
    """Those of the tables that transactions on this engine read inside the context, while they kept others from writing
    to them."""
    scanned: list[str] = []

    def look(connection: Connection) -> None:
        found = connection.exec_driver_sql(LOCKED, {"tables": tables})
        scanned.extend(row.relname for row in found if row.scans)
        connection.exec_driver_sql(FLUSH)

    engine.dispose()
    event.listen(engine, "commit", look)
    try:
        yield scanned
    finally:
        event.remove(engine, "commit", look)


def make_shop(engine: Engine) -> Product:
    """A product of which there is enough, as the release before writes it."""
    change(engine, "insert into merchants (name) values ('Cantina')")
    (row,) = rows(engine, "select id from merchants")
    return make_product(engine, row.id, on_hand=1_000_000)


def order(connection: "psycopg.Connection[dict[str, object]]", customer: UUID, product: Product) -> UUID:
    """Places an order, charges and confirms it, with the statements of the release before; returns its id."""
    asked = {
        "n": 0,
        "customer_id": str(customer),
        "merchant_id": str(product.merchant_id),
        "token": "tok_ok",
        "key": uuid4().hex,
        "hash": "00" * 32,
        "items": [{"product_id": str(product.id), "quantity": 2}],
        "busy": False,
        "nth": 1,
        "units": 2,
    }
    placing = {
        "orders": orjson.dumps([asked]).decode(),
        "kept": 24,
        "channel": None,
        "limited": False,
        "quiet_orders": 0,
        "quiet_units": 0,
    }
    (placed,) = connection.execute(statements()[PLACE], placing)
    order_id = placed["id"]
    assert isinstance(order_id, UUID), placed
    opening = passing(order_id, "received", OPENED) | {"lease": 30, "unpaid": True}
    (begun,) = connection.execute(statements()[OPEN], opening)
    answer = {
        "leases": [begun["lease"]],
        "statuses": ["captured"],
        "references": ["reference"],
        "reasons": [None],
        "awaited": "pending",
        "unpaid": False,
    }
    (moved,) = connection.execute(statements()[CLOSE], passing(order_id, OPENED[-1], CLOSED) | answer)
    assert moved["id"] == order_id
    return order_id


def passing(order_id: UUID, source: str, states: Sequence[str]) -> dict[str, object]:
    """The parameters of a move through several states."""
    return {
        "ids": f"{{{order_id}}}",
        "source": source,
        "target": states[-1],
        "count": len(states),
        "states": list(states),
        "types": [f"order.{state}" for state in states],
        "detail": '{"by": "worker-1"}',
    }
