"""Many writers at once, and a relay that goes past whatever it may: what it has read is the whole log, in its order."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from functools import partial
from uuid import UUID

import pytest
from psycopg.errors import SerializationFailure
from sqlalchemy import Connection, Engine

from pedidos.errors import DatabaseUnavailable
from pedidos.storage.engine import in_transaction, statements
from pedidos.storage.event_log import finality
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.event_log.unpublished import read
from pedidos.storage.orders.placed import Placed
from pedidos.storage.orders.placing import place_many
from pedidos_drills.safeguard import switched_off
from pedidos_drills.safeguards import load
from tests.integration.storage.events import START, after, begun, tell
from tests.support.shop import Product, order_of
from tests.support.tables import rows

WRITERS, EACH = 6, 60
STORMS = 5
"""The first one is enough, mostly."""
LONGEST_SECONDS = 0.004
SHARE_OLD, SHARE_UNDONE = 0.5, 0.1


def write(engine: Engine, orders: list[UUID], seed: int) -> None:
    """An event for each order; the same seed, the same plan."""
    chance = random.Random(seed)
    for order_id in orders:
        while True:
            try:
                in_transaction(engine, partial(write_one, order_id=order_id, chance=chance))
            except DatabaseUnavailable as error:
                assert isinstance(error.__cause__, SerializationFailure)  # noqa: PT017  # refused twice in a row
            else:
                break


def write_one(connection: Connection, order_id: UUID, chance: random.Random) -> None:
    """Half of the transactions get their number some time before they write, some are undone in part, some are slow to
    commit."""
    if chance.random() < SHARE_OLD:
        connection.exec_driver_sql("select pg_current_xact_id()")
        time.sleep(chance.random() * LONGEST_SECONDS)
    if chance.random() < SHARE_UNDONE:
        with connection.begin_nested() as undone:
            tell(connection, order_id, 2)
            undone.rollback()
        time.sleep(chance.random() * LONGEST_SECONDS)
    tell(connection, order_id, 2)
    time.sleep(chance.random() * LONGEST_SECONDS)


def relay(engine: Engine, stop: threading.Event) -> list[LoggedEvent]:
    """What a relay reads that never waits longer than it must."""
    found: list[LoggedEvent] = []
    position = START
    chance = random.Random(0)
    with statements(engine) as connection:
        while True:
            over = stop.is_set()
            events = read(connection, position, 50)
            found += events
            if events:
                position = after(events)
                continue
            if over and not finality.waits(connection, position.cursor):
                return found
            if chance.random() < 0.3:
                finality.raise_fence(connection)
            finality.advance(connection)


def storm(engine: Engine, database_url: str, customer: UUID, product: Product) -> list[LoggedEvent]:
    placed = place_many(engine, [order_of(customer, product) for _ in range(WRITERS * EACH)])
    orders = [each.order_id for each in placed if isinstance(each, Placed)]
    stop = threading.Event()
    with ExitStack() as forgotten, ThreadPoolExecutor(WRITERS + 1) as pool:
        for database in (None, "postgres"):
            forgotten.enter_context(begun(database_url, database))
        reading = pool.submit(relay, engine, stop)
        writing = [pool.submit(write, engine, orders[n::WRITERS], n) for n in range(WRITERS)]
        wait(writing)
        stop.set()
        for each in writing:
            each.result()
        return reading.result()


def in_the_log(engine: Engine) -> list[tuple[UUID, int]]:
    return [(row.order_id, row.version) for row in rows(engine, "select * from order_events e order by e.txid, e.seq")]


def test_nothing_is_missed(engine: Engine, database_url: str, customer: UUID, products: list[Product]) -> None:
    found = storm(engine, database_url, customer, products[0])
    assert [(event.order_id, event.version) for event in found] == in_the_log(engine)
    assert len(found) == 2 * WRITERS * EACH


@pytest.mark.parametrize("name", ["write-fence", "snapshot-bound"])
def test_it_would_be_without_the_safeguard(
    engine: Engine, database_url: str, customer: UUID, products: list[Product], name: str
) -> None:
    def misses() -> bool:
        found = storm(engine, database_url, customer, products[0])
        return [(event.order_id, event.version) for event in found] != in_the_log(engine)

    with switched_off(load(name)):
        assert any(misses() for _ in range(STORMS))
