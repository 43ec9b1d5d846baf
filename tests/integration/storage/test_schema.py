"""The rules that the database itself holds, and the migrations that bring them there."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from pedidos.domain.order import IN_FLIGHT, SETTLED
from pedidos.errors import ConstraintViolated
from pedidos.storage.migrations import migrate, newest
from tests.support.shop import Product, place_order
from tests.support.tables import change, rows

EVENT = (
    "insert into order_events (order_id, version, type, status, customer_id, merchant_id)"
    " select id, :version, :type, :status, customer_id, merchant_id from orders where id = :id"
)
PAYMENT = (
    "insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt, reference)"
    " values (:id, :cents, :status, :lease, now(), 0, now(), :reference)"
)


@pytest.fixture
def order_id(engine: Engine, customer: UUID, products: list[Product]) -> UUID:
    return place_order(engine, customer, products[0]).order_id


def event(engine: Engine, order_id: UUID, version: int, kind: str = "order.paid", status: str = "paid") -> None:
    change(engine, EVENT, id=order_id, version=version, type=kind, status=status)


def test_versions_have_no_gap(engine: Engine, order_id: UUID) -> None:
    with pytest.raises(ConstraintViolated, match="foreign key"):
        event(engine, order_id, 3)
    event(engine, order_id, 2)
    event(engine, order_id, 3)


def test_a_version_is_reported_once(engine: Engine, order_id: UUID) -> None:
    with pytest.raises(ConstraintViolated, match="unique"):
        event(engine, order_id, 1)
    with pytest.raises(ConstraintViolated, match="check"):
        event(engine, order_id, 0)


def test_events_have_known_types_and_states(engine: Engine, order_id: UUID) -> None:
    with pytest.raises(ConstraintViolated, match="order_events_type_check"):
        event(engine, order_id, 2, kind="payment.paid")
    with pytest.raises(ConstraintViolated, match="order_events_status_check"):
        event(engine, order_id, 2, status="lost")


@pytest.mark.parametrize("assignment", ["detail = '{}'", "version = version", "status = 'paid'"])
def test_the_event_log_is_append_only(engine: Engine, order_id: UUID, assignment: str) -> None:
    with pytest.raises(ConstraintViolated, match="append-only"):
        change(engine, f"update order_events set {assignment} where order_id = :id", id=order_id)  # noqa: S608


def test_in_flight_is_what_the_platform_still_has_to_move(engine: Engine, order_id: UUID) -> None:
    for status in (*IN_FLIGHT, *SETTLED):
        change(engine, "update orders set status = :status where id = :id", id=order_id, status=status)
        (order,) = rows(engine, "select in_flight from orders where id = :id", id=order_id)
        assert order.in_flight == (status in IN_FLIGHT), status


def test_where_an_order_has_landed_is_known_from_then_on(engine: Engine, order_id: UUID) -> None:
    for status in (*IN_FLIGHT, *SETTLED):
        change(engine, "update orders set status = :status where id = :id", id=order_id, status=status)
        (order,) = rows(
            engine, "select landed_status, landed_txid::text, txid::text from orders where id = :id", id=order_id
        )
        landed = (None, None) if status in IN_FLIGHT else (status, order.txid)
        assert (order.landed_status, order.landed_txid) == landed, status


def test_a_transition_in_flight_touches_no_index(engine: Engine, order_id: UUID) -> None:
    step = text("update orders set status = :status, updated_at = clock_timestamp() where id = :id")
    hot = text("select pg_stat_get_xact_tuples_hot_updated('orders'::regclass)")
    with engine.begin() as connection:
        before = connection.execute(hot).scalar_one()  # of earlier transactions, which are not told further at once
        for updates, status in enumerate(IN_FLIGHT[1:], 1):
            connection.execute(step, {"id": order_id, "status": status})
            assert connection.execute(hot).scalar_one() == before + updates


def test_one_payment_per_order(engine: Engine, order_id: UUID) -> None:
    payment = {"id": order_id, "cents": 1000, "status": "pending", "lease": 1, "reference": None}
    change(engine, PAYMENT, **payment)
    with pytest.raises(ConstraintViolated, match="payments_pkey"):
        change(engine, PAYMENT, **payment)


@pytest.mark.parametrize(
    "wrong",
    [{"cents": 0}, {"status": "lost"}, {"lease": 0}, {"status": "captured"}, {"status": "refunded"}, {"id": uuid4()}],
)
def test_payments_are_sound(engine: Engine, order_id: UUID, wrong: dict[str, object]) -> None:
    with pytest.raises(ConstraintViolated):
        change(
            engine, PAYMENT, **{"id": order_id, "cents": 1, "status": "pending", "lease": 1, "reference": None, **wrong}
        )


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("update stock set on_hand = -1", "stock_on_hand_check"),
        ("update stock set reserved = -1", "stock_reserved_check"),
        ("update stock set sold = -1", "stock_sold_check"),
        ("update orders set status = 'lost'", "orders_status_check"),
        ("update orders set status = 'scheduled'", "orders_waits_until"),
        ("update orders set status = 'scheduled', release_at = now()", "orders_waits_until"),
        ("update orders set scheduled_for = now(), release_at = now()", "orders_waits_until"),
        (
            "update orders set status = 'scheduled', scheduled_for = now(), release_at = now() + interval '1 second'",
            "orders_waits_until",
        ),
        ("update orders set version = 0", "orders_version_check"),
        ("update orders set total_cents = 0", "orders_total_cents_check"),
        ("update orders set payment_token = ''", "orders_payment_token_check"),
        ("update orders set updated_at = created_at - interval '1 second'", "orders_check"),
        ("update order_items set quantity = 100", "order_items_quantity_check"),
        ("update order_items set quantity = 0", "order_items_quantity_check"),
        ("update order_items set unit_price_cents = 0", "order_items_unit_price_cents_check"),
        ("update order_items set name = ''", "order_items_name_check"),
        ("update order_items set name = null", "not-null"),
        ("update order_items set position = 51", "order_items_position_check"),
        ("update products set price_cents = 0", "products_price_cents_check"),
        ("update products set category = repeat('x', 61)", "products_category_check"),
        (
            "insert into option_groups (product_id, name, least, most, position) select id, 'x', 2, 1, 1 from products",
            "option_groups_check",
        ),
        (
            "with g as (insert into option_groups (product_id, name, least, most, position)"
            " select id, 'x', 0, 1, 1 from products limit 1 returning id)"
            " insert into choices (group_id, name, price_cents, position) select id, 'x', -1, 1 from g",
            "choices_price_cents_check",
        ),
        ("update merchants set name = ''", "merchants_name_check"),
        ("update opening_hours set weekday = 8 where weekday = 7", "opening_hours_weekday_check"),
        ("update opening_hours set closes = 1441", "opening_hours_closes_check"),
        ("update opening_hours set opens = 600, closes = 600", "opening_hours_check"),
        (
            "insert into closures (merchant_id, begins, ends, reason) select id, now(), now(), '' from merchants",
            "closures_check",
        ),
        (
            "insert into stock_changes (product_id, kind, former, on_hand, reason)"
            " select id, 'received', 2, 2, '' from products",
            "stock_changes_check",
        ),
        (
            "insert into stock_changes (product_id, kind, former, on_hand, reason)"
            " select id, 'counted', 2, -1, '' from products",
            "stock_changes_on_hand_check",
        ),
        ("update accounts set email = 'ANA@example.org'", "accounts_email_check"),
        ("update accounts set role = 'king'", "accounts_role_check"),
        ("update accounts set role = 'merchant'", "accounts_check"),
        ("update accounts set merchant_id = (select id from merchants limit 1)", "accounts_check"),
        ("update idempotency_keys set key = repeat('k', 129)", "idempotency_keys_key_check"),
        ("update idempotency_keys set request_hash = 'short'", "idempotency_keys_request_hash_check"),
        ("update relay_positions set published = -1", "relay_positions_published_check"),
        ("delete from products", "order_items_product_id_fkey"),
        ("delete from accounts", "orders_customer_id_fkey"),
        ("delete from merchants", "merchant_id_fkey"),
        ("insert into stalled_orders select id, 1, -1, now() from orders", "stalled_orders_hints_check"),
        ("insert into dead_letters (source, origin, reason) values ('No one', '', '')", "dead_letters_source_check"),
        (
            "insert into dead_letters (source, origin, reason, status) values ('relay', '', '', 'replayed')",
            "dead_letters_check",
        ),
        (
            "insert into refresh_tokens (token_hash, family_id, account_id, expires_at)"
            " select 'short', id, id, now() from accounts",
            "refresh_tokens_token_hash_check",
        ),
    ],
)
def test_a_wrong_row_is_refused(engine: Engine, order_id: UUID, statement: str, constraint: str) -> None:
    assert order_id
    with pytest.raises(ConstraintViolated, match=constraint):
        change(engine, statement)


def test_an_open_letter_is_kept_once(engine: Engine, order_id: UUID) -> None:
    letter = "insert into dead_letters (source, origin, order_id, reason) values ('worker', 'undo', :id, 'why')"
    change(engine, letter, id=order_id)
    change(engine, letter, id=None)
    for same in (order_id, None):
        with pytest.raises(ConstraintViolated, match="dead_letters_open"):
            change(engine, letter, id=same)
    change(engine, "update dead_letters set status = 'discarded', resolved_at = now(), resolved_by = 'ana'")
    change(engine, letter, id=order_id)


# Tables, sequences, indexes, views, constraints, functions and types of the schema, each with what it is made of.
THINGS = """
select 'column', format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default)
from information_schema.columns where table_schema = 'public' and table_name <> 'alembic_version'
union all
select 'relation', format('%s %s', relkind, relname) from pg_class
where relnamespace = 'public'::regnamespace and relname not like 'alembic_version%'
union all
select 'index', indexdef from pg_indexes where schemaname = 'public' and tablename <> 'alembic_version'
union all
select 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
where connamespace = 'public'::regnamespace and conrelid::regclass::text <> 'alembic_version'
union all
select 'function', proname from pg_proc where pronamespace = 'public'::regnamespace
union all
select 'trigger', pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
union all
select 'type', typname from pg_type where typnamespace = 'public'::regnamespace and typname not like '%alembic_version'
order by 1, 2
"""


def things(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(THINGS))]


def test_up_down_and_up_again_leaves_nothing_behind(empty: Engine, engine: Engine) -> None:
    assert things(empty) == []
    assert migrate(empty) is None
    up = things(empty)
    assert up == things(engine)
    assert {kind for kind, _ in up} >= {"column", "relation", "index", "constraint", "function", "trigger"}
    assert migrate(empty, "base") == newest()
    assert things(empty) == []
    assert migrate(empty) is None
    assert things(empty) == up
    assert [row.shard for row in rows(empty, "select shard from relay_positions")] == [0]


def test_the_database_is_at_the_newest_revision(engine: Engine) -> None:
    assert [row.version_num for row in rows(engine, "select version_num from alembic_version")] == [newest()]


def test_migrating_again_changes_nothing(engine: Engine, order_id: UUID) -> None:
    before = things(engine)
    assert migrate(engine) == newest()
    assert things(engine) == before
    assert [row.id for row in rows(engine, "select id from orders")] == [order_id]


def test_two_that_migrate_at_once_wait_for_each_other(empty: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: migrate(empty), range(4)))
    assert sorted(found, key=str) == [newest()] * 3 + [None]
