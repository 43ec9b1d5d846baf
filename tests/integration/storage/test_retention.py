"""Old events leave the log: all events of an order or none, only when no process needs them, without a full read."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine

from pedidos.domain.access import ALL_ORDERS
from pedidos.domain.cursor import START, Cursor
from pedidos.domain.order import Status
from pedidos.steps.validate import validate
from pedidos.storage.accounts import refresh_tokens
from pedidos.storage.event_log import owner_replay
from pedidos.storage.event_log import retention as events_retention
from pedidos.storage.event_log.boundary import current_boundary
from pedidos.storage.event_log.order_replay import replay_order
from pedidos.storage.event_log.retention import Removed, old_events
from pedidos.storage.orders import idempotency_keys, reading
from pedidos.storage.orders.placing import place
from tests.support.shop import Product, order_of, place_order
from tests.support.tables import change, events_of, rows, statuses

DAYS = 30
PUBLISHED = "update relay_positions set txid = pg_current_xact_id()"
"""Marks everything committed before as published."""


def rejected(engine: Engine, customer: UUID, product: Product, count: int = 1, age_days: float = 40) -> list[UUID]:
    """Orders that were rejected age_days ago, with the two events of such an order."""
    placed = [place_order(engine, customer, product).order_id for _ in range(count)]
    change(engine, "update products set active = false")
    assert validate(engine, placed, "worker-1") == []
    change(engine, "update products set active = true")
    assert set(statuses(engine, placed)) == {"rejected"}
    age(engine, placed, age_days)
    return placed


def age(engine: Engine, order_ids: Sequence[UUID], days: float) -> None:
    """Makes orders and their events older by `days`. The log refuses changes, so its trigger is off meanwhile."""
    with engine.begin() as connection:
        connection.exec_driver_sql("alter table order_events disable trigger order_events_append_only")
        values = {"ids": list(order_ids), "days": days}
        connection.exec_driver_sql(
            "update order_events set occurred_at = occurred_at - %(days)s * interval '1 day'"
            " where order_id = any(%(ids)s)",
            values,
        )
        connection.exec_driver_sql(
            "update orders set created_at = created_at - %(days)s * interval '1 day',"
            " updated_at = updated_at - %(days)s * interval '1 day' where id = any(%(ids)s)",
            values,
        )
        connection.exec_driver_sql("alter table order_events enable trigger order_events_append_only")


def horizon(engine: Engine) -> int:
    (row,) = rows(engine, "select removed from event_log_horizon")
    removed: int = row.removed
    return removed


def test_the_events_go_and_the_order_stays(engine: Engine, customer: UUID, products: list[Product]) -> None:
    (old,) = rejected(engine, customer, products[0])
    (young,) = rejected(engine, customer, products[0], age_days=20)
    last = events_of(engine, old)[-1].txid
    change(engine, PUBLISHED)
    assert old_events(engine, DAYS, limit=10) == Removed(orders=1, events=2)
    assert old_events(engine, DAYS, limit=10) == Removed(0, 0)
    assert events_of(engine, old) == []
    assert len(events_of(engine, young)) == 2
    assert horizon(engine) == last
    kept = reading.read(engine, old)
    assert kept is not None
    assert (kept.summary.status, kept.summary.version, kept.timeline) == (Status.REJECTED, 2, [])
    assert len(kept.items) == 1


def test_what_has_not_ended_stays_however_old(engine: Engine, customer: UUID, products: list[Product]) -> None:
    placed = place_order(engine, customer, products[0]).order_id
    moving = [place_order(engine, customer, products[0]).order_id]
    assert validate(engine, moving, "worker-1") == moving
    age(engine, [placed, *moving], 1000)
    change(engine, PUBLISHED)
    assert old_events(engine, DAYS, limit=10) == Removed(0, 0)


def test_what_the_relay_has_not_published_stays(engine: Engine, customer: UUID, products: list[Product]) -> None:
    (old,) = rejected(engine, customer, products[0])
    assert old_events(engine, DAYS, limit=10) == Removed(0, 0)
    last = events_of(engine, old)[-1]
    change(
        engine, "update relay_positions set txid = cast(:txid as xid8), seq = :seq", txid=str(last.txid), seq=last.seq
    )
    assert old_events(engine, DAYS, limit=10) == Removed(0, 0)  # more of that transaction may be to come
    change(engine, PUBLISHED)
    change(engine, "insert into relay_positions (shard) values (1)")
    assert old_events(engine, DAYS, limit=10) == Removed(0, 0)  # another shard has not
    change(engine, "delete from relay_positions where shard = 1")
    assert old_events(engine, DAYS, limit=10).orders == 1


@pytest.mark.parametrize("status", ["pending", "undoing"])
def test_an_order_whose_money_is_on_its_way_keeps_its_events(
    engine: Engine, customer: UUID, products: list[Product], status: str
) -> None:
    (old,) = rejected(engine, customer, products[0])
    change(engine, PUBLISHED)
    change(
        engine,
        "insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt)"
        " values (:id, 1, :status, 1, now(), 0, now())",
        id=old,
        status=status,
    )
    assert old_events(engine, DAYS, limit=10) == Removed(0, 0)
    change(engine, "update payments set status = 'voided'")
    assert old_events(engine, DAYS, limit=10).orders == 1


def test_an_order_with_an_open_letter_keeps_its_events(engine: Engine, customer: UUID, products: list[Product]) -> None:
    (old,) = rejected(engine, customer, products[0])
    change(engine, PUBLISHED)
    change(engine, "insert into dead_letters (source, origin, order_id, reason) values ('relay', 'o', :id, '')", id=old)
    assert old_events(engine, DAYS, limit=10) == Removed(0, 0)
    change(engine, "update dead_letters set status = 'replayed', resolved_at = now(), resolved_by = 'ana'")
    assert old_events(engine, DAYS, limit=10).orders == 1


def test_a_late_refund_keeps_the_whole_order_until_it_is_old_too(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    (old,) = rejected(engine, customer, products[0])
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into order_events (order_id, version, type, status, customer_id, merchant_id)"
            " select id, 3, 'order.refunded', status, customer_id, merchant_id from orders where id = %(id)s",
            {"id": old},
        )
        connection.exec_driver_sql("update orders set version = 3 where id = %(id)s", {"id": old})
    change(engine, PUBLISHED)
    assert old_events(engine, DAYS, limit=10) == Removed(0, 0)
    age(engine, [old], 40)
    assert old_events(engine, DAYS, limit=10) == Removed(orders=1, events=3)


def test_a_batch_is_bounded_and_takes_the_oldest(engine: Engine, customer: UUID, products: list[Product]) -> None:
    old = rejected(engine, customer, products[0], count=3)
    for days, order_id in enumerate(old):
        age(engine, [order_id], days)
    change(engine, PUBLISHED)
    for order_id in reversed(old):
        assert old_events(engine, DAYS, limit=1) == Removed(orders=1, events=2)
        assert events_of(engine, order_id) == []
    assert old_events(engine, DAYS, limit=1) == Removed(0, 0)


def test_an_order_that_is_locked_is_left_and_nothing_waits(
    engine: Engine, database_url: str, customer: UUID, products: list[Product]
) -> None:
    held, free = rejected(engine, customer, products[0], count=2)
    change(engine, PUBLISHED)
    with psycopg.connect(database_url) as other:
        other.execute("select from orders where id = %s for no key update", (held,))
        assert old_events(engine, DAYS, limit=10).orders == 1
        assert events_of(engine, free) == []
        assert len(events_of(engine, held)) == 2
    assert old_events(engine, DAYS, limit=10).orders == 1


def test_several_at_once_remove_each_event_once(engine: Engine, customer: UUID, products: list[Product]) -> None:
    rejected(engine, customer, products[0], count=40)
    change(engine, PUBLISHED)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: old_events(engine, DAYS, limit=5), range(20)))
    found.append(old_events(engine, DAYS, limit=100))
    assert sum(each.orders for each in found) == 40
    assert sum(each.events for each in found) == 80
    assert rows(engine, "select from order_events") == []


@pytest.mark.parametrize(
    ("statement", "index", "condition"),
    [
        (events_retention._OLD_EVENTS.text, "order_events_ended", "Index Cond: (occurred_at <"),
        (idempotency_keys._DELETE_EXPIRED, "idempotency_keys_by_age", "Index Cond: (created_at <"),
        (refresh_tokens._DELETE_EXPIRED, "refresh_tokens_by_expiry", "Index Cond: (expires_at <"),
    ],
)
def test_what_is_due_is_found_by_an_index_on_time(engine: Engine, statement: str, index: str, condition: str) -> None:
    """The time must be a condition of the index: as a filter, every entry would be read. The join must go entry by
    entry up to the limit: a hash join would read the whole other table."""
    with engine.begin() as connection:
        connection.exec_driver_sql("set local enable_seqscan = off")
        connection.exec_driver_sql("set local enable_bitmapscan = off")
        found = connection.exec_driver_sql(f"explain {statement}", {"days": DAYS, "hours": 24, "limit": 10})
        plan = "\n".join(row[0].strip() for row in found)
    assert f"using {index}" in plan
    assert condition in plan
    assert "Hash Join" not in plan


def test_a_place_before_the_horizon_cannot_be_resumed_from(
    engine: Engine, customer: UUID, products: list[Product]
) -> None:
    (old,) = rejected(engine, customer, products[0])
    first, last = (Cursor(event.txid, event.seq) for event in events_of(engine, old))
    (young,) = rejected(engine, customer, products[0], age_days=1)
    change(engine, PUBLISHED)
    upto = current_boundary(engine)
    assert owner_replay.reach(engine, ALL_ORDERS, first, limit=100).possible
    assert owner_replay.page(engine, ALL_ORDERS, first, upto, 100).whole
    old_events(engine, DAYS, limit=10)
    for gone in (START, first, last):
        assert not owner_replay.reach(engine, ALL_ORDERS, gone, limit=100).possible
        page = owner_replay.page(engine, ALL_ORDERS, gone, upto, 100)
        assert not page.whole
        assert (page.events, page.end) == ([], None)
    after = Cursor(last.txid + 1, 0)
    assert owner_replay.reach(engine, ALL_ORDERS, after, limit=100).possible
    page = owner_replay.page(engine, ALL_ORDERS, after, upto, 100)
    assert page.whole
    assert [event.order_id for event in page.events] == [young, young]


def test_an_order_without_its_events_says_so(engine: Engine, customer: UUID, products: list[Product]) -> None:
    (old,) = rejected(engine, customer, products[0])
    last = Cursor(events_of(engine, old)[-1].txid, events_of(engine, old)[-1].seq)
    change(engine, PUBLISHED)
    old_events(engine, DAYS, limit=10)
    opened = replay_order(engine, old, START)
    assert opened is not None
    assert (opened.status, opened.events, opened.whole) == ("rejected", [], False)
    seen = replay_order(engine, old, last)
    assert seen is not None
    assert (seen.status, seen.events, seen.whole) == ("rejected", [], True)  # it has had them all


def test_keys_and_tokens_go_in_batches_too(engine: Engine, customer: UUID, products: list[Product]) -> None:
    for key in ("oldest", "older", "new"):
        place(engine, order_of(customer, products[0], key=key))
    change(engine, "update idempotency_keys set created_at = created_at - interval '25 hours' where key = 'older'")
    change(engine, "update idempotency_keys set created_at = created_at - interval '26 hours' where key = 'oldest'")
    change(
        engine,
        "insert into refresh_tokens (token_hash, family_id, account_id, expires_at)"
        " values (sha256('a'), :id, :id, now() - interval '1 second'),"
        " (sha256('b'), :id, :id, now() + interval '1 hour')",
        id=customer,
    )
    assert idempotency_keys.delete_expired(engine, 24, limit=1) == 1
    assert [row.key for row in rows(engine, "select key from idempotency_keys order by key")] == ["new", "older"]
    assert idempotency_keys.delete_expired(engine, 24, limit=10) == 1
    assert refresh_tokens.delete_expired(engine, limit=10) == 1
    assert len(rows(engine, "select from refresh_tokens")) == 1
