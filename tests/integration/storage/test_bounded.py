"""A PostgreSQL that does not answer is given up after a bounded time, and used again when it answers."""

import threading
import time

import pytest
from psycopg.errors import LockNotAvailable, QueryCanceled
from sqlalchemy import Connection, Engine, create_engine, text

from pedidos.errors import DatabaseUnavailable, Held
from pedidos.settings.groups.database import DatabaseSettings, PoolSettings
from pedidos.storage.bounded import NoAnswer
from pedidos.storage.engine import in_statement, in_transaction, make_engine
from pedidos.storage.session import as_options, session
from tests.support.silence import stopped
from tests.support.waiting import until


@pytest.fixture
def impatient(database_url: str) -> Engine:
    return make_engine(DatabaseSettings(database_url=database_url), "tests", answer_seconds=0.3)


def sleeps(connection: Connection) -> None:
    """As if the server did not keep time, and did not look whether we are still there."""
    for name in ("statement_timeout", "client_connection_check_interval"):
        connection.execute(text(f"set {name} = 0"))
    connection.execute(text("select pg_sleep(30)"))


def test_a_late_answer_ends_the_wait_and_the_connection(impatient: Engine) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        in_transaction(impatient, sleeps)
    assert isinstance(caught.value.__cause__, NoAnswer)
    assert caught.value.connection_lost
    assert not caught.value.repeat_at_once
    assert in_statement(impatient, lambda connection: connection.execute(text("select 1")).scalar_one()) == 1
    impatient.dispose()


def test_what_was_given_up_is_cancelled_in_the_server(impatient: Engine, engine: Engine) -> None:
    with pytest.raises(DatabaseUnavailable):
        in_transaction(impatient, sleeps)
    impatient.dispose()
    question = text(
        "select count(*) from pg_stat_activity"
        " where query like '%pg_sleep(30)%' and state = 'active' and pid <> pg_backend_pid()"
    )
    until(
        lambda: in_statement(engine, lambda connection: connection.execute(question).scalar_one()) == 0,
        "the end of the statement",
        seconds=20,  # less than it would take undisturbed
    )


def test_other_threads_run_while_a_silent_server_is_asked_to_cancel(impatient: Engine, database_url: str) -> None:
    in_statement(impatient, lambda connection: connection.execute(text("select 1")))
    turns = 0
    with stopped(database_url):
        with pytest.raises(DatabaseUnavailable):
            in_statement(impatient, lambda connection: connection.execute(text("select 2")))
        while any(thread.name == "cancel" for thread in threading.enumerate()):
            turns += 1
            time.sleep(0.01)
    assert turns >= 10
    impatient.dispose()


def test_the_server_ends_a_statement_before_we_give_it_up(impatient: Engine) -> None:
    with pytest.raises(Held) as caught:
        in_statement(impatient, lambda connection: connection.execute(text("select pg_sleep(30)")))
    assert isinstance(caught.value.__cause__, QueryCanceled)
    impatient.dispose()


def test_a_wait_for_a_lock_ends_before_its_statement(database_url: str, engine: Engine) -> None:
    waits = make_engine(DatabaseSettings(database_url=database_url), "tests", lock_seconds=0.1)
    with engine.begin() as holder:
        holder.execute(text("select pg_advisory_xact_lock(12)"))
        with pytest.raises(Held) as caught:
            in_statement(waits, lambda connection: connection.execute(text("select pg_advisory_xact_lock(12)")))
    assert isinstance(caught.value.__cause__, LockNotAvailable)
    waits.dispose()


def test_every_bound_is_set_and_the_shorter_is_inside_the_longer() -> None:
    values = session(PoolSettings(), answer_seconds=1.5)
    assert 0 < int(values["lock_timeout"]) < int(values["statement_timeout"]) < 1500
    assert int(values["client_connection_check_interval"]) > 0


def test_a_value_with_spaces_arrives_as_it_is(database_url: str) -> None:
    told = "a b\\c"
    url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, connect_args={"options": as_options({"application_name": told, "lock_timeout": "7s"})})
    with engine.connect() as connection:
        names = ("application_name", "lock_timeout")
        assert [connection.execute(text(f"show {name}")).scalar_one() for name in names] == [told, "7s"]
    engine.dispose()


def test_a_transaction_that_stood_still_for_too_long_is_done_again(database_url: str) -> None:
    """As when the process was stopped in the middle of it."""
    engine = make_engine(DatabaseSettings(database_url=database_url, statement_timeout_seconds=0.3), "tests")
    stops = [0.6]

    def work(connection: Connection) -> int:
        connection.execute(text("select 1"))
        time.sleep(stops.pop() if stops else 0.0)
        return int(connection.execute(text("select 2")).scalar_one())

    assert in_transaction(engine, work) == 2
    assert stops == []
    engine.dispose()
