"""What the clock and clients ask again and again reads a bounded number of rows, however many are stored."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Connection, Engine, event

from pedidos.domain.access import ALL_ORDERS, OrderScope
from pedidos.domain.cursor import START, Cursor
from pedidos.domain.order import Status
from pedidos.domain.payment import PaymentStatus, PaymentTerms
from pedidos.domain.schedule import Interval
from pedidos.domain.sharding import Shard
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage import figures, seed, spans
from pedidos.storage.accounts import mails, one_time_tokens, refresh_tokens, revocations, sessions
from pedidos.storage.audit_log import retention as audit_retention
from pedidos.storage.dead_letters import closing
from pedidos.storage.engine import in_statement, make_engine
from pedidos.storage.event_log import finality, owner_replay, positions, shards, unpublished
from pedidos.storage.event_log.boundary import current_boundary
from pedidos.storage.event_log.positions import Leadership, Position
from pedidos.storage.event_log.retention import old_events
from pedidos.storage.mails import queue as mail_queue
from pedidos.storage.migrations import migrate
from pedidos.storage.orders import (
    acceptances,
    board,
    contacts,
    day,
    detaching,
    idempotency_keys,
    inspecting,
    lists,
    looking,
    overdue,
    scheduled,
    stalled,
)
from pedidos.storage.orders.lists import OrderFilter
from pedidos.storage.payments import attempts
from pedidos.storage.seed import SeedAccount, SeedMerchant, SeedProduct
from pedidos.storage.webhooks import deliveries
from pedidos.storage.webhooks import queue as webhook_queue
from pedidos_bench.sql import charges, history

ORDERS = 30_000
"""Each with six events."""
OFTEN = "Ana"
"""The customer with half of the orders."""
ACCOUNTS = 100
"""Without orders. PostgreSQL reads a table of few rows as a whole."""
LIMIT = 500
SCHEDULED = 1_500
"""Orders that wait for their time, older than all others."""
PLANNING = uuid4()
"""Their merchant."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MOST = 2 * LIMIT
"""Rows that a statement with this limit may read at one place of its plan."""

PARAMETER = re.compile(r"%\((\w+)\)s")

NUMBERS = count()

Explained = list[tuple[str, int]]
"""The parts of a plan, and the rows that each of them has looked at."""


@pytest.fixture(scope="module")
def large(database_url: str) -> Iterator[Engine]:
    """A database in which many orders are stored."""
    name = f"large_{uuid4().hex[:12]}"
    admin_url = database_url.replace("//pedidos:", "//postgres:")
    with psycopg.connect(admin_url, autocommit=True) as superuser:
        superuser.execute(f"create database {name} owner pedidos")
        made = make_engine(DatabaseSettings(database_url=f"{database_url.rsplit('/', 1)[0]}/{name}"), "tests")
        migrate(made)
        fill(made, f"{admin_url.rsplit('/', 1)[0]}/{name}")
        yield made
        made.dispose()
        superuser.execute(f"drop database {name}")


_SCHEDULE = """
insert into orders (id, customer_id, merchant_id, status, version, total_cents, payment_token, created_at, updated_at,
                    scheduled_for, release_at)
select uuidv7(interval '-1 year'), (%(customers)s::uuid[])[1 + n %% cardinality(%(customers)s::uuid[])], %(merchant)s,
       'scheduled', 1, 100, 'tok_ok', now() - interval '1 year', now() - interval '1 year',
       now() + interval '1 day', now() + interval '23 hours'
from generate_series(1, %(count)s) as n
"""

_ITEMS = """
insert into order_items (order_id, position, product_id, quantity, unit_price_cents, name)
select id, 1, %(product)s, 1, 100, 'Pizza' from orders where status = 'scheduled'
"""


def fill(engine: Engine, admin_url: str) -> None:
    merchant, product, customers = uuid4(), uuid4(), [uuid4() for _ in range(51)]
    merchants = [SeedMerchant(each, "Cantina", [Interval(1, 0, 1440)]) for each in (merchant, PLANNING)]
    stocked = [SeedProduct(product, merchant, "Pizza", 1000, 10)]
    accounts = [
        SeedAccount(each, f"{each}@example.org", OFTEN if each is customers[0] else "Bia", "customer", None, "!")
        for each in (*customers, *(uuid4() for _ in range(ACCOUNTS)))
    ]
    with engine.begin() as connection:
        seed.insert(connection, merchants, stocked, accounts)
    charges.create_table(engine)
    history.write(admin_url, ORDERS, merchant, [product], [*customers[1:], *customers[:1] * 50])
    with engine.begin() as connection:
        connection.exec_driver_sql(_SCHEDULE, {"merchant": PLANNING, "customers": customers[1:], "count": SCHEDULED})
        connection.exec_driver_sql(_ITEMS, {"product": product})
        connection.exec_driver_sql("analyze orders")


def position(engine: Engine) -> Position:
    """Behind the last event: all of them are published."""
    with engine.connect() as connection:
        row = connection.exec_driver_sql("select txid, seq, published from relay_positions").one()
        return Position(Cursor(row.txid, row.seq), row.published)


def merchant(engine: Engine) -> OrderScope:
    with engine.connect() as connection:
        found = connection.exec_driver_sql("select id from merchants where id <> %(other)s", {"other": PLANNING})
        return OrderScope(merchant_id=found.scalar_one())


def shop(engine: Engine) -> UUID:
    merchant_id = merchant(engine).merchant_id
    assert merchant_id is not None
    return merchant_id


def planning(_engine: Engine) -> OrderScope:
    """The merchant with many orders for later."""
    return OrderScope(merchant_id=PLANNING)


def customer(engine: Engine) -> OrderScope:
    with engine.connect() as connection:
        found = connection.exec_driver_sql("select id from accounts where name = %(name)s", {"name": OFTEN})
        return OrderScope(customer_id=found.scalar_one())


def everybody(_engine: Engine) -> OrderScope:
    return ALL_ORDERS


def listing(
    whose: Callable[[Engine], OrderScope], status: Status | None, until: datetime | None
) -> Callable[[Engine], object]:
    def read(engine: Engine) -> object:
        owner = whose(engine)
        wanted = OrderFilter(owner, status, created_to=until)
        return lists.page(engine, wanted, None, 101)

    return read


def an_order(engine: Engine) -> UUID:
    with engine.connect() as connection:
        found: UUID = connection.exec_driver_sql("select id from orders limit 1").scalar_one()
    return found


def end(engine: Engine) -> Cursor:
    """Behind the last event."""
    return Cursor(current_boundary(engine), 0)


def explained(engine: Engine, work: Callable[[Engine], object], *, kept: bool) -> Explained:
    """The plans of the statements that the work runs, each done once more in a transaction that is rolled back.

    kept: for any values, as in the sessions that keep their plans (storage/session.py); otherwise for these values."""
    ran: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, _context: object, _many: bool) -> None:
        ran.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        work(engine)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert ran
    found: Explained = []
    with engine.connect() as connection:
        for statement, values in ran:
            plan = kept_plan(connection, statement, values or {}) if kept else own_plan(connection, statement, values)
            found += parts(plan)
            connection.rollback()
    return found


def own_plan(connection: Connection, statement: str, values: Any) -> dict[str, Any]:
    """The plan that PostgreSQL makes for these values."""
    (plan,) = connection.exec_driver_sql(f"explain (analyze, format json) {statement}", values).scalar_one()
    found: dict[str, Any] = plan["Plan"]
    return found


def kept_plan(connection: Connection, statement: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The plan that PostgreSQL makes for any values."""
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    names = list(dict.fromkeys(PARAMETER.findall(statement)))
    numbered = PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", statement).replace("%%", "%")
    literals = sql.SQL(", ").join([sql.Literal(values[name]) for name in names])
    driver.execute("set local plan_cache_mode = force_generic_plan")
    name = f"kept_{next(NUMBERS)}"
    driver.execute(f"prepare {name} as {numbered}".encode())
    arguments = sql.SQL("({})").format(literals) if names else sql.SQL("")
    execute = sql.SQL("explain (analyze, format json) execute {}{}").format(sql.Identifier(name), arguments)
    ((explained_in_json,),) = driver.execute(execute).fetchall()
    plan: dict[str, Any] = explained_in_json[0]["Plan"]
    return plan


def parts(plan: dict[str, Any]) -> Iterator[tuple[str, int]]:
    names = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck")
    about = f"{plan['Node Type']} {plan.get('Relation Name', '')} {plan.get('Index Name', '')}"
    yield about.strip(), round(sum(plan.get(name, 0) for name in names) * plan["Actual Loops"])
    for inner in plan.get("Plans", ()):
        yield from parts(inner)


def on_one(work: Callable[..., object], *values: object) -> Callable[[Engine], object]:
    return lambda engine: in_statement(engine, lambda connection: work(connection, *values))


REPEATED: dict[str, Callable[[Engine], object]] = {
    "live: how far the log is": shards.progress,
    "live: the boundary": current_boundary,
    "live: whether a replay is possible": lambda e: owner_replay.reach(e, ALL_ORDERS, START, LIMIT),
    "live: a page of a replay": lambda e: owner_replay.page(e, ALL_ORDERS, START, 2**60, LIMIT),
    "live: whether a merchant's is": lambda e: owner_replay.reach(e, merchant(e), START, LIMIT),
    "live: whether a customer's is": lambda e: owner_replay.reach(e, customer(e), START, LIMIT),
    "live: a page of a merchant's": lambda e: owner_replay.page(e, merchant(e), end(e), 2**60, LIMIT),
    "live: a page of a customer's": lambda e: owner_replay.page(e, customer(e), end(e), 2**60, LIMIT),
    **{
        f"lists: {whose.__name__}, {status or 'all states'}, {since or 'any time'}": listing(whose, status, since)
        for whose in (everybody, merchant, planning, customer)
        for status in (None, Status.SCHEDULED, Status.CHARGING, Status.CONFIRMED, Status.EXPIRED)
        for since in (None, LONG_AGO)
    },
    "map: the rows of an order": lambda engine: inspecting.inspect(engine, an_order(engine)),
    "map: the spans of an order": lambda engine: spans.of_trace(engine, an_order(engine)),
    "relay: far behind": on_one(unpublished.read, Position(START, 0), LIMIT),
    "relay: nothing new": lambda engine: on_one(unpublished.read, position(engine), LIMIT)(engine),
    "relay: of two shards": on_one(unpublished.read, Position(START, 0), LIMIT // 2, Shard(0, 1, 2, 0, None)),
    "relay: of two shards, nothing new": lambda e: on_one(
        unpublished.read, position(e), LIMIT, Shard(0, 1, 2, 0, None)
    )(e),
    "relay: the shards": on_one(shards.watched),
    "relay: whether anything waits": lambda e: on_one(finality.waits, position(e).cursor)(e),
    "relay: saves its position": on_one(
        positions.save, Leadership(0, "r", 1, Position(START, 0)), Position(Cursor(1, 1), 1), 9
    ),
    "relay: asks for the lead": on_one(positions.lead, 0, "r", 9),
    "watchdog: orders that do not move": lambda e: stalled.find(e, [Status.RECEIVED, Status.PAID], 1, LIMIT),
    "watchdog: orders that are too old": lambda e: overdue.find(e, PaymentTerms(1, 1), LIMIT),
    "watchdog: orders whose time has come": lambda e: scheduled.find_due(e, LIMIT),
    "watchdog: orders that were missed": lambda e: acceptances.find_overdue(e, 60, LIMIT // 4),  # with their events
    "watchdog: orders, none of them missed": lambda e: acceptances.find_overdue(e, 10_000_000, LIMIT),
    "watchdog: letters to close": lambda e: closing.close(e, LIMIT),
    "watchdog: payments to ask about": lambda e: attempts.due(e, PaymentStatus.PENDING, LIMIT),
    "watchdog: money to give back": lambda e: attempts.due(e, PaymentStatus.UNDOING, LIMIT),
    "retention: keys": lambda engine: idempotency_keys.delete_expired(engine, 24, LIMIT),
    "retention: keys, all of them due": lambda engine: idempotency_keys.delete_expired(engine, 0, LIMIT),
    "retention: tokens": lambda engine: refresh_tokens.delete_expired(engine, LIMIT),
    "retention: links": lambda engine: one_time_tokens.delete_expired(engine, LIMIT),
    "retention: sessions": lambda engine: sessions.delete_expired(engine, LIMIT),
    "retention: revocations": lambda engine: revocations.delete_expired(engine, LIMIT),
    "retention: spans": lambda engine: spans.delete_old(engine, LIMIT),
    "retention: contacts": lambda engine: contacts.erase_old(engine, 0, LIMIT),
    "retention: customers": lambda engine: detaching.detach_old(engine, 0, LIMIT),
    "retention: mails": lambda engine: mails.delete_old(engine, 0, LIMIT),
    "retention: webhooks": lambda engine: deliveries.delete_old(engine, 0, LIMIT),
    "retention: entries": lambda engine: audit_retention.delete_old(engine, 0, LIMIT),
    "notifier: mails to send": lambda engine: mail_queue.take(engine, LIMIT, 60),
    "notifier: mails that wait": mail_queue.waiting,
    "notifier: endpoints to serve": lambda engine: webhook_queue.take(engine, LIMIT, 60),
    "notifier: deliveries that wait": webhook_queue.figures,
    "retention: events": lambda engine: old_events(engine, 0, LIMIT),
    "figures": figures.read,
    "orders that wait too long": lambda e: looking.stuck(e, 1, LIMIT),
    "board: the oldest orders": lambda e: board.board(e, shop(e), LIMIT // 4),  # with the events of each order
    "board: the newest orders": lambda e: board.board(e, shop(e), LIMIT // 4, newest_first=True),
    "board: beside many orders for later": lambda e: board.board(e, PLANNING, LIMIT),
    "a day of a merchant": lambda e: day.day(e, shop(e), LONG_AGO, datetime.now(UTC), "America/Sao_Paulo"),
}


KEEP_PLANS = ("relay", "retention")
"""What the relay and the workers ask: their sessions keep the plans."""


@pytest.mark.parametrize("name", REPEATED)
def test_it_reads_a_bounded_number_of_rows(large: Engine, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "COUNTED", ORDERS // 10)
    monkeypatch.setattr(figures, "SCHEDULED_COUNTED", LIMIT)
    monkeypatch.setattr(day, "MOST_ORDERS", LIMIT)
    monkeypatch.setattr(day, "MOST_FOLLOWED", LIMIT)
    with large.begin() as connection:
        connection.exec_driver_sql(history._PUBLISHED)  # another of these moves the relay back
    found = explained(large, REPEATED[name], kept=name.partition(":")[0] in KEEP_PLANS)
    assert [(part, read) for part, read in found if read > MOST] == []


def test_a_board_beside_many_orders_for_later_counts_as_many_as_it_says(large: Engine) -> None:
    shown = board.board(large, PLANNING, LIMIT)
    assert (shown.arriving, shown.more_arriving) == ([], 0)
    assert (len(shown.later), shown.more_later) == (board.MOST_LATER, board.MOST_COUNTED + 1)


def test_figures_of_a_large_table_are_about_right(large: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "COUNTED", ORDERS // 10)
    found = figures.read(large)
    assert found.estimated
    assert found.orders == {"confirmed": pytest.approx(ORDERS, rel=0.05), "scheduled": SCHEDULED}


def test_figures_of_a_small_table_are_counted(large: Engine) -> None:
    found = figures.read(large)
    assert not found.estimated
    assert found.orders == {"confirmed": ORDERS, "scheduled": SCHEDULED}
    assert found.oldest_waiting is None


def test_the_log_is_all_published_or_not(large: Engine) -> None:
    with large.connect() as connection:
        for published, statement in ((True, history._PUBLISHED), (False, "update relay_positions set seq = seq - 1")):
            connection.exec_driver_sql(statement)
            found = connection.exec_driver_sql(positions._PUBLISHED, {"shard": 0}).one()
            assert found.all_of_it is published
        connection.rollback()
