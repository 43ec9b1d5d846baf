"""PgBouncer in transaction mode between the processes and PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import Engine

from pedidos.errors import Held
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.storage.engine import in_statement, in_transaction, make_engine, statements
from pedidos.storage.once import once
from tests.integration.server_checks.asking import Flaws
from tests.servers.databases import Database
from tests.support.tables import rows


@pytest.fixture
def engine(database: Database, pooler: int) -> Iterator[Engine]:
    settings = DatabaseSettings(
        database_url=database.url(port=pooler), database_pooler=True, database_pool=30, statement_timeout_seconds=2
    )
    made = make_engine(settings, "tests", lock_seconds=0.2)
    yield made
    made.dispose()


def shown(engine: Engine, name: str) -> str:
    (found,) = rows(engine, "select current_setting(:name) as value", name=name)
    return str(found.value)


def test_each_transaction_has_the_settings_of_our_sessions(engine: Engine) -> None:
    names = ("statement_timeout", "lock_timeout", "transaction_timeout", "timezone", "synchronous_commit")
    assert [shown(engine, name) for name in names] == ["2s", "200ms", "12s", "UTC", "on"]
    limit = in_statement(
        engine,
        lambda connection: connection.exec_driver_sql("select current_setting('statement_timeout')").scalar_one(),
    )
    assert limit == "2s"


def test_a_limit_ends_a_statement(engine: Engine) -> None:
    with pytest.raises(Held):
        in_statement(engine, lambda connection: connection.exec_driver_sql("select pg_sleep(5)"))


def test_nothing_stays_with_the_session_for_others(engine: Engine, database: Database, pooler: int) -> None:
    assert shown(engine, "statement_timeout") == "2s"
    for _ in range(10):
        with psycopg.connect(database.url(port=pooler), prepare_threshold=None) as other:
            assert other.execute("show statement_timeout").fetchone() == ("0",)
            assert other.execute("select count(*) from pg_prepared_statements").fetchone() == (0,)


def test_many_share_few_sessions(engine: Engine, database: Database) -> None:
    def work(number: int) -> int:
        found: int = in_transaction(
            engine, lambda connection: connection.exec_driver_sql("select %s::int", (number,)).scalar_one()
        )
        return found

    with ThreadPoolExecutor(30) as pool:
        assert list(pool.map(work, range(600))) == list(range(600))
    with database.superuser() as superuser:
        sessions = "select count(*) from pg_stat_activity where application_name = 'tests'"
        (count,) = superuser.execute(sessions).fetchone() or (0,)
    assert 0 < count <= 6


def test_work_that_must_not_be_done_twice_knows_its_transaction(engine: Engine) -> None:
    assert once(engine, lambda connection: connection.exec_driver_sql("select 7").scalar_one()) == 7


def test_what_needs_a_session_says_so(engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="needs a session"), statements(engine):
        raise AssertionError


def test_the_check_recognises_a_pooler(database: Database, pooler: int, flaws: Flaws) -> None:
    advice = "Set PEDIDOS_DATABASE_POOLER to true, and PEDIDOS_DATABASE_DIRECT_URL to the address of PostgreSQL itself."
    (line,) = flaws("postgres", database_url=database.url(port=pooler))
    assert line.startswith("! PostgreSQL: It is a pooler (unsupported startup parameter")
    assert line.endswith(advice)
    right = {"database_url": database.url(port=pooler), "database_direct_url": database.url(), "database_pooler": True}
    assert not [each for each in flaws("postgres", **right) if each.startswith("!")]
    (refused,) = flaws("postgres", **{**right, "database_url": database.url("nobody", port=pooler)})
    assert refused.startswith("! PostgreSQL: It does not let us in (")
