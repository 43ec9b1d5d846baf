"""Shards of the event log on a running pipeline: more of them under load, relays that share them, leaders that die."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.messaging.topics import EVENTS
from pedidos.storage.event_log import shards
from pedidos_local.settings import PlatformSettings
from tests.integration.pipeline.rig import USUAL, Rig, rig_on
from tests.integration.pipeline.topic import Topic
from tests.integration.tail.topics import recreate
from tests.support.tables import change, empty, rows
from tests.support.waiting import until


@pytest.fixture
def rig(settings: PlatformSettings, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Begins with one shard."""
    with rig_on(engine, settings, tmp_path_factory.mktemp("shards")) as rig:
        yield rig
    empty(engine)


def leaders(rig: Rig) -> list[str | None]:
    """Of the shards that have not ended; None: one has none."""
    statement = "select case when lease_until > clock_timestamp() then leader end as leader from relay_positions"
    return [row.leader for row in rows(rig.engine, f"{statement} where ends is null order by shard")]


def wait_until_published(rig: Rig) -> None:
    until(lambda: all(each.all_of_it for each in shards.progress(rig.engine)), "all shards to be published")


def check_order_per_order(rig: Rig, events: Topic) -> None:
    """On Kafka, each order's events are in their order, each event is there, and each number means one event."""
    wait_until_published(rig)
    heard: dict[UUID, list[int]] = {}
    numbered: dict[bytes, tuple[UUID, int, str]] = {}
    for record in events.read():
        order_id, version, _ = record.told
        assert numbered.setdefault(record.headers["position"], record.told) == record.told
        if version not in heard.setdefault(order_id, []):
            heard[order_id].append(version)
    assert all(versions == sorted(versions) for versions in heard.values())
    log = rows(rig.engine, "select order_id, max(version) as newest from order_events group by order_id")
    assert heard == {row.order_id: list(range(1, row.newest + 1)) for row in log}
    assert len(numbered) == sum(row.newest for row in log), "no event has two numbers"
    published = rows(rig.engine, "select shard, published from relay_positions")
    assert {row.shard: row.published for row in published if row.published} == {
        shard: max(int(each.split(b"/")[1]) for each in numbered if int(each.split(b"/")[0]) == shard)
        for shard in {int(each.split(b"/")[0]) for each in numbered}
    }


def test_raised_under_load_shared_by_two_relays_and_without_a_leader(rig: Rig) -> None:
    rig.start(*USUAL)
    events = Topic(rig.settings, EVENTS)
    order_ids = rig.place(40)
    with ThreadPoolExecutor(1) as pool:
        placing = pool.submit(rig.place, 120)
        assert shards.raise_to(rig.engine, 3) == 3
        order_ids += placing.result()
    order_ids += rig.place(20)
    rig.wait_for(order_ids, "confirmed")
    assert leaders(rig) == ["relay-1"] * 3
    check_order_per_order(rig, events)

    rig.start("relay-2")
    until(lambda: sorted(set(map(str, leaders(rig)))) == ["relay-1", "relay-2"], "two relays that share")
    order_ids += rig.place(40)
    rig.kill("relay-1")
    order_ids += rig.place(40)
    until(lambda: leaders(rig) == ["relay-2"] * 3, "the other relay to lead all")
    rig.wait_for(order_ids, "confirmed")
    check_order_per_order(rig, events)

    with ThreadPoolExecutor(1) as pool:
        placing = pool.submit(rig.place, 80)
        shards.raise_to(rig.engine, 4)
        rig.kill("relay-2")
        order_ids += placing.result()
    rig.start("relay-1", "relay-2")
    until(lambda: sorted(map(str, leaders(rig))) == ["relay-1"] * 2 + ["relay-2"] * 2, "an equal share")
    order_ids += rig.place(20)
    rig.wait_for(order_ids, "confirmed")
    check_order_per_order(rig, events)
    rig.check()


MANY = 60
COLUMNS = "part, parts, begins, ends, ended_at, txid, seq, published, until_offsets, unsigned_until, confirmed"


def test_many_shards_that_have_ended_hold_up_no_start(rig: Rig) -> None:
    """None of them gets a thread or a connection, and none of their records are read."""
    rig.start(*USUAL)
    order_ids = rig.place(15)
    rig.wait_for(order_ids, "confirmed")
    shards.raise_to(rig.engine, 2)
    order_ids += rig.place(10)
    rig.wait_for(order_ids, "confirmed")
    wait_until_published(rig)
    rig.stop("relay-1")
    copies = f"""
insert into relay_positions (shard, {COLUMNS})
select n, {COLUMNS} from relay_positions cross join generate_series(1000, {999 + MANY}) as n where shard = 0
"""  # noqa: S608  # constants
    assert change(rig.engine, copies) == MANY
    rig.start("relay-1")
    order_ids += rig.place(10)
    rig.wait_for(order_ids, "confirmed")
    wait_until_published(rig)
    statement = "select application_name as name from pg_stat_activity where application_name ~ '^relay-1( shard|$)'"
    assert {row.name for row in rows(rig.engine, statement)} == {"relay-1", "relay-1 shard 1", "relay-1 shard 2"}
    assert rows(rig.engine, "select from relay_positions where ends is not null and shard > 2 and epoch > 0") == []
    assert change(rig.engine, "delete from relay_positions where shard >= 1000") == MANY
    rig.check()


def test_what_kafka_loses_of_all_shards_is_published_again_in_each_orders_order(rig: Rig) -> None:
    """Also of a shard that has ended: the topics are deleted and created again, while no relay runs."""
    rig.start(*USUAL)
    order_ids = rig.place(15)
    rig.wait_for(order_ids, "validated", "reserved", "charging", "paid", "confirmed")
    shards.raise_to(rig.engine, 3)
    order_ids += rig.place(15)
    rig.wait_for(order_ids, "confirmed")
    wait_until_published(rig)
    rig.stop("relay-1")
    rig.stop("bridge-1")
    recreate(rig.settings)
    rig.start("relay-1", "bridge-1")
    order_ids += rig.place(10)
    rig.wait_for(order_ids, "confirmed")
    check_order_per_order(rig, Topic(rig.settings, EVENTS, first=0))
    rig.check()


def test_when_partitions_have_other_leaders_what_is_not_confirmed_is_published_again(rig: Rig) -> None:
    rig.start(*USUAL)
    events = Topic(rig.settings, EVENTS)
    shards.raise_to(rig.engine, 2)
    order_ids = rig.place(20)
    rig.wait_for(order_ids, "confirmed")
    wait_until_published(rig)
    published = sum(row.published for row in rows(rig.engine, "select published from relay_positions where parts = 2"))
    in_step = "select from relay_positions where parts = 2 and (confirmed ->> 'published')::int <> published"
    until(lambda: not rows(rig.engine, in_step), "everything to be confirmed")
    rig.stop("relay-1")
    back = "jsonb_build_object('txid', begins::text, 'seq', 0, 'published', 0, 'epochs', jsonb_build_object('t/0', 1))"
    assert change(rig.engine, f"update relay_positions set confirmed = {back} where parts = 2") == 2  # noqa: S608
    rig.start("relay-1")
    order_ids += rig.place(10)
    rig.wait_for(order_ids, "confirmed")
    check_order_per_order(rig, events)
    log = rows(rig.engine, "select from order_events")
    assert len(events.read()) >= len(log) + published, "the records of before came again"
    assert "goes back" in rig.log("relay-1")
    rig.check()
