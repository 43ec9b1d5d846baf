"""A PostgreSQL that does not answer is given up after a bounded time, and used again when it answers."""

import time

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from pedidos.settings import Settings
from pedidos.storage.bounded import NoAnswer
from pedidos.storage.engine import in_statement, in_transaction, make_engine


@pytest.fixture
def impatient(database_url: str) -> Engine:
    return make_engine(Settings(database_url=database_url), "tests", answer_seconds=0.3)


def test_a_late_answer_ends_the_wait_and_the_connection(impatient: Engine) -> None:
    with pytest.raises(OperationalError) as caught:
        in_statement(impatient, lambda connection: connection.execute(text("select pg_sleep(30)")))
    assert isinstance(caught.value.orig, NoAnswer)
    assert caught.value.connection_invalidated
    assert in_statement(impatient, lambda connection: connection.execute(text("select 1")).scalar_one()) == 1
    impatient.dispose()


def test_a_transaction_that_stood_still_for_too_long_is_done_again(database_url: str) -> None:
    """As when the process was stopped in the middle of it."""
    engine = make_engine(Settings(database_url=database_url, statement_timeout_seconds=0.3), "tests")
    stops = [0.6]

    def work(connection: Connection) -> int:
        connection.execute(text("select 1"))
        time.sleep(stops.pop() if stops else 0.0)
        return int(connection.execute(text("select 2")).scalar_one())

    assert in_transaction(engine, work) == 2
    assert stops == []
    engine.dispose()
