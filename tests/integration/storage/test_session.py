"""What a role or a database says of its sessions does not reach ours."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, make_url, text

from pedidos.domain.order import Status
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.engine import in_statement, make_engine
from pedidos.storage.orders.facts import order_facts
from pedidos.storage.orders.placing import place
from pedidos.storage.orders.reading import read
from pedidos.storage.session import SEMANTICS, Plans
from pedidos_local import postgres
from tests.support.servers import PASSWORD
from tests.support.shop import make_customer, make_merchant, make_product, order_of

HOSTILE = {
    "client_encoding": "LATIN1",
    "datestyle": "German, DMY",
    "intervalstyle": "iso_8601",
    "timezone": "Asia/Tokyo",
    "bytea_output": "escape",
    "extra_float_digits": "-15",
    "array_nulls": "off",
    "standard_conforming_strings": "off",
    "transform_null_equals": "on",
    "search_path": "nowhere",
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "default_transaction_deferrable": "on",
    "synchronous_commit": "off",
    "exit_on_error": "on",
    "idle_session_timeout": "1",
    "statement_timeout": "1",
    "lock_timeout": "1",
    "idle_in_transaction_session_timeout": "1",
}


@pytest.fixture(params=["role", "database", "role in database"])
def hostile(request: pytest.FixtureRequest, database_url: str) -> Iterator[str]:
    """The address of a database whose sessions begin with every setting wrong, for this role."""
    name = sql.Identifier(postgres.DATABASE)
    whom = {
        "role": sql.SQL("alter role {} ").format(name),
        "database": sql.SQL("alter database {} ").format(name),
        "role in database": sql.SQL("alter role {} in database {} ").format(name, name),
    }[request.param]
    admin = make_url(database_url).set(username=postgres.SUPERUSER, password=PASSWORD)
    with psycopg.connect(admin.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        for setting, value in HOSTILE.items():
            connection.execute(whom + sql.SQL("set {} to {}").format(sql.Identifier(setting), value))
        try:
            yield database_url
        finally:
            connection.execute(whom + sql.SQL("reset all"))


@pytest.fixture
def engine(hostile: str) -> Iterator[Engine]:
    made = make_engine(DatabaseSettings(database_url=hostile), "tests")
    yield made
    made.dispose()


def test_every_setting_is_ours(engine: Engine) -> None:
    def shown(name: str) -> str:
        return str(in_statement(engine, lambda connection: connection.scalar(text(f"show {name}"))))

    assert HOSTILE.keys() >= SEMANTICS.keys()
    assert {name: shown(name) for name in SEMANTICS} == SEMANTICS
    assert {name for name in HOSTILE if shown(name) == HOSTILE[name]} == set()


def test_orders_can_be_made_and_read(engine: Engine) -> None:
    product = make_product(engine, make_merchant(engine), price_cents=1000)
    placed = place(engine, order_of(make_customer(engine), product, items=[(product.id, 2)]))
    found = read(engine, placed.order_id)
    assert found is not None
    assert found.summary.total_cents == 2000
    assert found.summary.created_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("plans", Plans)
def test_a_session_plans_a_repeated_statement_once_or_each_time(database_url: str, plans: Plans) -> None:
    """PostgreSQL expects to gain by planning this statement for each list of ids."""
    made = make_engine(DatabaseSettings(database_url=database_url), "tests", connections=1, plans=plans)
    try:
        with made.begin() as connection:
            for _ in range(6):
                order_facts(connection, [uuid4(), uuid4()], Status.RECEIVED)
            custom = connection.exec_driver_sql(
                "select custom_plans from pg_prepared_statements where statement like '%%opening_hours%%'"
            ).scalar_one()
    finally:
        made.dispose()
    assert (custom == 0) == (plans is Plans.KEPT)
