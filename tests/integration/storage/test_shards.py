"""Shards of the event log: an event is in one of them, whatever commits while their number is raised."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

import pytest
from psycopg.errors import SerializationFailure
from sqlalchemy import Connection, Engine

from pedidos.domain.cursor import Cursor
from pedidos.domain.sharding import FIRST, MOST_PARTS, Shard, part_of
from pedidos.errors import ConstraintViolated, DatabaseUnavailable
from pedidos.storage.engine import in_transaction, statements
from pedidos.storage.event_log import closings, finality, lineage, positions, republishing, shards, unpublished
from pedidos.storage.event_log.closings import Closing
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.event_log.positions import Leadership, Place, Position
from pedidos.storage.figures import read as read_figures
from pedidos.storage.orders.inspecting import inspect
from pedidos.storage.orders.placed import Placed
from pedidos.storage.orders.placing import place_many
from tests.integration.storage.events import START, begun, ids, tell
from tests.support.shop import Product, order_of, place_order
from tests.support.tables import change, rows

LEASE = 60.0
NAME = "relay-1"

pytestmark = pytest.mark.usefixtures("clean")


@pytest.fixture(autouse=True)
def one_shard_afterwards(engine: Engine) -> Iterator[None]:
    yield
    change(engine, "delete from relay_positions where shard > 0")
    change(engine, "update relay_positions set ends = null, ended_at = null, until_offsets = null")
    change(engine, "delete from relays")


def led(log: Connection, shard: Shard) -> Leadership | None:
    return positions.lead(log, shard.id, NAME, LEASE)


def publish(log: Connection, shard: Shard, limit: int = 100) -> list[LoggedEvent]:
    """What the relay of the shard publishes next. It closes a shard that has ended."""
    leadership = led(log, shard)
    if leadership is None or leadership.position.is_end_of(shard):
        return []
    events, upto = unpublished.read_on(log, leadership.position, limit, shard)
    position = leadership.position.after(events) if events else leadership.position
    if upto is not None:
        position = replace(position, cursor=upto)
    assert positions.save(log, leadership, position, LEASE)
    if not events and shard.ends is not None:
        positions.close(log, leadership, shard, Place({"t/0": 7}, {"t/0/id": 3}), LEASE)
    return events


def test_sql_and_python_agree_on_the_part_of_an_order(engine: Engine) -> None:
    order_ids = [uuid4() for _ in range(200)] + [UUID(int=0), UUID(int=2**128 - 1), UUID(int=0xFFFF), UUID(int=0x10000)]
    statement = (
        f"select e.order_id, mod({shards.HASH.text}, p.parts) as part, p.parts"  # noqa: S608  # a constant
        " from unnest(cast(:ids as uuid[])) as e (order_id) cross join generate_series(1, :most) as p (parts)"
    )
    found = rows(engine, statement, ids=order_ids, most=MOST_PARTS)
    assert len(found) == len(order_ids) * MOST_PARTS
    assert [row for row in found if row.part != part_of(row.order_id, row.parts)] == []


def test_events_before_the_raise_are_in_the_old_shard_and_the_others_in_the_new_ones(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    orders = [place_order(engine, customer, products[0]).order_id for _ in range(12)]
    assert shards.watched(log) == [FIRST]
    assert shards.raise_to(engine, 3) == 3
    old, *new = shards.watched(log)
    assert (old.id, old.ends, [shard.id for shard in new]) == (0, new[0].begins, [1, 2, 3])
    assert [(shard.part, shard.parts, shard.ends) for shard in new] == [(part, 3, None) for part in range(3)]
    for order_id in orders:
        with engine.begin() as connection:
            assert tell(connection, order_id, 2) >= new[0].begins
    assert [publish(log, shard) for shard in new] == [[], [], []], "the old one is not published to its end"
    assert ids(publish(log, old)) == [(order_id, 1) for order_id in orders]
    assert [publish(log, shard) for shard in new] == [[], [], []], "nor is it closed"
    assert publish(log, old) == []
    assert [shard.id for shard, _, _, is_over in shards.progress(engine) if is_over] == [0]
    found = [ids(publish(log, shard)) for shard in new]
    assert found == [[(each, 2) for each in orders if part_of(each, 3) == part] for part in range(3)]
    assert all(all_of_it for _, _, all_of_it, _ in shards.progress(engine))
    assert shards.until_offsets(log, 0) == {"t/0": 7}
    assert shards.until_offsets(log, 1) == {}
    assert closings.read(log) == [Closing(old, True, False, {"t/0": 7}, {"t/0/id": 3})]
    assert shards.read(engine) == {old: False} | dict.fromkeys(new, True)


def test_a_relay_that_has_not_heard_of_the_end_does_not_go_past_it(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    before = place_order(engine, customer, products[0]).order_id
    leadership = led(log, FIRST)
    assert leadership is not None
    shards.raise_to(engine, 2)
    after = place_order(engine, customer, products[0]).order_id
    assert ids(unpublished.read(log, leadership.position, 100)) == [(before, 1)]
    shard = shards.watched(log)[1 + part_of(after, 2)]
    last = unpublished.read(log, positions.current(log, shard.id), 1, shard)
    assert ids(last) == [(after, 1)]
    # Nor can one of a version that knows nothing of shards save a position there.
    with pytest.raises(ConstraintViolated, match="relay_positions_end"):
        positions.save(log, leadership, Position(last[-1].cursor, 2), LEASE)


def test_a_transaction_that_is_late_keeps_the_old_shard_open(
    engine: Engine, log: Connection, database_url: str, customer: UUID, products: list[Product]
) -> None:
    first = place_order(engine, customer, products[0]).order_id
    with engine.connect() as late:
        tell(late, first, 2)
        shards.raise_to(engine, 2)
        old, *new = shards.watched(log)
        assert ids(publish(log, old)) == [(first, 1)]
        assert publish(log, old) == []
        assert led(log, new[0]) is None, "the transaction may still write to the old one"
        late.commit()
    assert ids(publish(log, old)) == [(first, 2)]
    assert publish(log, old) == []
    assert led(log, new[0]) is not None
    # One that has written nothing is passed, as for all shards.
    with begun(database_url):
        shards.raise_to(engine, 4)
        ended = [shard for shard in shards.watched(log) if shard.parts == 2]
        newest = shards.watched(log)[-1]
        assert [publish(log, shard) for shard in ended] == [[], []]
        finality.raise_fence(log)
        assert finality.advance(log)
        assert [publish(log, shard) for shard in ended] == [[], []]
        assert led(log, newest) is not None


def test_a_fence_that_rises_meanwhile_moves_the_beginning(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    """The raise gets its number, then the bound of the log goes past it, and events are published from there."""
    first = place_order(engine, customer, products[0]).order_id
    with engine.connect() as raising:
        own = int(raising.exec_driver_sql("select pg_current_xact_id()::text").scalar_one())
        finality.raise_fence(log)
        with engine.begin() as connection:
            passed = tell(connection, first, 2)
        finality.advance(log)
        assert passed > own
        published = ids(publish(log, FIRST))
        assert published == [(first, 1), (first, 2)]
        raising.exec_driver_sql(shards._HOLD_BOUND)
        raising.exec_driver_sql(shards._RAISE.text, {"parts": 2})
        raising.commit()
    old, *new = shards.watched(log)
    assert old.ends is not None
    assert old.ends > passed
    assert publish(log, old) == []
    assert [publish(log, shard) for shard in new] == [[], []]


def test_what_is_confirmed_is_kept_with_the_leaders_of_the_partitions(engine: Engine, log: Connection) -> None:
    assert positions.confirmed(log, 0) is None
    shards.raise_to(engine, 2)
    old, new, _ = shards.watched(log)
    assert positions.confirmed(log, new.id) == (Position(Cursor(new.begins, 0), 0), {})
    publish(log, old)
    publish(log, old)
    leadership = led(log, new)
    assert leadership is not None
    at = Position(Cursor(new.begins + 7, 3), 5)
    positions.confirm(log, leadership, at, {"t/0": 4})
    assert positions.confirmed(log, new.id) == (at, {"t/0": 4})
    led(log, new)
    positions.confirm(log, leadership, Position(Cursor(new.begins + 9, 3), 6), {"t/0": 4})
    assert positions.confirmed(log, new.id) == (at, {"t/0": 4}), "one that leads no more"


def test_what_is_published_again_is_not_confirmed(engine: Engine, log: Connection) -> None:
    shards.raise_to(engine, 2)
    old, new, _ = shards.watched(log)
    publish(log, old)
    publish(log, old)
    leadership = led(log, new)
    assert leadership is not None
    at, back = Position(Cursor(new.begins + 7, 3), 5), Position(Cursor(new.begins + 4, 1), 2)
    assert positions.save(log, leadership, at, LEASE)
    positions.confirm(log, leadership, at, {"t/0": 4})
    assert positions.move(log, leadership, back, LEASE)
    assert positions.confirmed(log, new.id) == (back, {})
    assert positions.move(log, leadership, at, LEASE)
    assert positions.confirmed(log, new.id) == (back, {}), "before the next look at the leaders"
    other = led(log, old)
    assert other is not None
    assert positions.move(log, other, Position(Cursor(1, 1), 0), LEASE)
    assert [closing.is_over for closing in closings.read(log)] == [False]
    assert shards.read(engine)[old]


def test_the_number_is_never_lowered_and_an_equal_one_changes_nothing(engine: Engine, log: Connection) -> None:
    assert shards.raise_to(engine, 1) == 1
    assert shards.raise_to(engine, 2) == 2
    there = shards.watched(log)
    assert shards.raise_to(engine, 2) == 2
    assert shards.raise_to(engine, 1) == 2
    assert shards.watched(log) == there


def test_two_that_raise_at_the_same_time_raise_once(engine: Engine, log: Connection) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: shards.raise_to(engine, 3), range(4))) == [3] * 4
    assert [shard.parts for shard in shards.watched(log)] == [1, 3, 3, 3]


def test_what_is_published_again_is_of_the_shard(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    shards.raise_to(engine, 2)
    old, *new = shards.watched(log)
    publish(log, old)
    orders = [place_order(engine, customer, products[0]).order_id for _ in range(10)]
    for shard in new:
        own = [each for each in orders if part_of(each, 2) == shard.part]
        assert ids(publish(log, shard)) == [(each, 1) for each in own]
        at = positions.current(log, shard.id)
        assert at.published == len(own)
        step = republishing.back(log, at.cursor._replace(seq=at.cursor.seq + 1), START.cursor, 100, shard)
        assert (0 if step is None else step.events) == len(own)
        page = republishing.page(log, START.cursor, at.cursor, 100, shard)
        assert ids(list(page)) == [(each, 1) for each in own]


def test_a_new_log_after_a_restore_has_everything_from_its_place_on(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    """Also of a shard that was ahead, and of one that had ended."""
    early = [place_order(engine, customer, products[0]).order_id for _ in range(6)]
    shards.raise_to(engine, 2)
    first, *ended = shards.watched(log)
    assert ids(publish(log, first)) == [(each, 1) for each in early]
    assert publish(log, first) == []
    middle = [place_order(engine, customer, products[0]).order_id for _ in range(24)]
    assert ids(publish(log, ended[0])) == [(each, 1) for each in middle if part_of(each, 2) == 0]
    (behind,) = publish(log, ended[1], 1)
    shards.raise_to(engine, 3)
    late = [place_order(engine, customer, products[0]).order_id for _ in range(12)]
    first, *ended = shards.watched(log)[:3]
    assert publish(log, ended[0]) == []
    assert positions.current(log, ended[0].id).is_end_of(ended[0])
    with engine.begin() as connection:
        lineage.lock_positions(connection)
        lineage.begin_log(connection, 1_000, 0, datetime.now(UTC))
    begins = lineage.read(log).current
    assert (begins.after, begins.begin) == (1_000, behind.cursor)
    told: list[LoggedEvent] = []
    while not all(each.all_of_it for each in shards.progress(engine)) or not told:
        told += [event for shard in shards.watched(log) for event in publish(log, shard)]
    after = [*middle[middle.index(behind.order_id) + 1 :], *late]
    assert Counter(ids(told)) == Counter((each, 1) for each in after)
    counted = rows(engine, "select sum(published - 1000) as published from relay_positions")
    assert [row.published for row in counted] == [len(after)]


def test_the_figures_and_an_operator_see_all_shards(
    engine: Engine, log: Connection, customer: UUID, products: list[Product]
) -> None:
    shards.raise_to(engine, 3)
    old, *new = shards.watched(log)
    publish(log, old)
    orders = [place_order(engine, customer, products[0]).order_id for _ in range(20)]
    found = read_figures(engine)
    assert (found.unpublished, found.leader) == (20, None)
    assert [(shard.part, shard.parts, shard.leader) for shard in found.shards] == [(n, 3, None) for n in range(3)]
    publish(log, new[0])
    for order_id in orders:
        seen = inspect(engine, order_id)
        assert seen is not None
        assert [commit.published for commit in seen.commits] == [part_of(order_id, 3) == 0]
    publish(log, new[1])
    publish(log, new[2])
    found = read_figures(engine)
    assert (found.unpublished, found.published, found.leader) == (0, 20, NAME)


def test_relays_that_live_are_counted(engine: Engine) -> None:
    assert shards.stay(engine, "relay-1", LEASE) == 0
    assert shards.stay(engine, "relay-2", LEASE) == 1
    assert shards.stay(engine, "relay-1", LEASE) == 1
    change(engine, "update relays set until = clock_timestamp() - interval '1 second' where name = 'relay-2'")
    assert shards.stay(engine, "relay-1", LEASE) == 0
    change(engine, "update relays set until = clock_timestamp() + interval '1 day' where name = 'relay-2'")
    assert shards.stay(engine, "relay-1", LEASE) == 0, "before the clock was set back"
    shards.stay(engine, "relay-2", LEASE)
    shards.leave(engine, "relay-2")
    assert shards.stay(engine, "relay-1", LEASE) == 0


WRITERS, EACH, RAISES = 4, 40, (2, 3, 5)


def write(engine: Engine, orders: list[UUID], seed: int) -> None:
    """Four more events for each order, in transactions of which many are old when they write."""
    chance = random.Random(seed)

    def one(connection: Connection, order_id: UUID, version: int) -> None:
        if chance.random() < 0.5:
            connection.exec_driver_sql("select pg_current_xact_id()")
            connection.exec_driver_sql("select pg_sleep(%(s)s)", {"s": chance.random() * 0.004})
        tell(connection, order_id, version)

    for version in range(2, 6):
        for order_id in orders:
            while True:
                try:
                    in_transaction(engine, partial(one, order_id=order_id, version=version))
                except DatabaseUnavailable as error:
                    assert isinstance(error.__cause__, SerializationFailure)  # noqa: PT017  # refused twice in a row
                else:
                    break


def test_under_load_each_event_is_published_once_and_each_order_in_its_order(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    placed = place_many(engine, [order_of(customer, products[0]) for _ in range(WRITERS * EACH)])
    orders = [each.order_id for each in placed if isinstance(each, Placed)]
    told: list[tuple[int, LoggedEvent]] = []
    over = threading.Event()

    def relays() -> None:
        """The relays of all shards, in a random order; like real ones, they move the bound on."""
        chance = random.Random(0)
        with statements(engine) as log:
            while True:
                last = over.is_set()
                found = shards.watched(log)
                chance.shuffle(found)
                events = [(shard.id, event) for shard in found for event in publish(log, shard, chance.randint(1, 40))]
                told.extend(events)
                if last and not events and all(each.all_of_it for each in shards.progress(engine)):
                    return
                if chance.random() < 0.3:
                    finality.raise_fence(log)
                finality.advance(log)

    def raises() -> None:
        for number, parts in enumerate(RAISES, 1):
            while len(told) < number * len(orders):
                assert not over.is_set(), "there is enough to publish"
            shards.raise_to(engine, parts)

    with ThreadPoolExecutor(WRITERS + 2) as pool:
        publishing, raising = pool.submit(relays), pool.submit(raises)
        writing = [pool.submit(write, engine, orders[n::WRITERS], n) for n in range(WRITERS)]
        try:
            for each in writing:
                each.result()
        finally:
            over.set()
        publishing.result()
        raising.result()
    assert Counter((event.order_id, event.version) for _, event in told) == Counter(
        (order_id, version) for order_id in orders for version in range(1, 6)
    )
    for order_id in orders:
        assert [event.version for _, event in told if event.order_id == order_id] == [1, 2, 3, 4, 5]
    with engine.connect() as connection:
        published = {row.shard: row.published for row in connection.exec_driver_sql("select * from relay_positions")}
    assert published == {shard: sum(each == shard for each, _ in told) for shard in published}
    assert len(published) == 1 + sum(RAISES)
