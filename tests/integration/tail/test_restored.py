"""PostgreSQL is restored from a backup: the relay refuses to run, and the lost orders are settled."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from pedidos.cli.acting import local_user
from pedidos.domain.cursor import Cursor
from pedidos.messaging.topics import EVENTS
from pedidos.storage.event_log import lineage
from pedidos_dev.cli import app
from tests.integration.pipeline.rig import USUAL, Rig
from tests.integration.pipeline.topic import Topic
from tests.support.tables import rows
from tests.support.waiting import until

BACKUP = "backup"
DATABASE = "pedidos"
EVENTS_OF_ONE = 6


def administer(rig: Rig, *statements: str) -> None:
    """Connects as superuser with no other session: the sessions of other tests' pools are ended, and replaced later."""
    rig.engine.dispose()
    url = rig.settings.database_url.replace("//pedidos:", "//postgres:").removesuffix(DATABASE) + "postgres"
    others = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = %s"
    with psycopg.connect(url, autocommit=True) as connection:
        until(lambda: connection.execute(others, [DATABASE]).fetchone() == (0,), "the end of all sessions")
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def backup(rig: Rig) -> Iterator[Rig]:
    """Ten orders, and a backup that has them; nothing but the gateway runs."""
    rig.wait_for(rig.place(10), "confirmed")
    rig.wait_until_published()
    rig.ensure("gateway-1")
    administer(rig, f"create database {BACKUP} template {DATABASE} owner pedidos")
    rig.ensure(*USUAL)
    try:
        yield rig
    finally:
        administer(rig, f"drop database if exists {BACKUP} with (force)")


def restore(rig: Rig) -> None:
    rig.ensure("gateway-1")
    administer(
        rig,
        f"drop database {DATABASE} with (force)",
        f"create database {DATABASE} template {BACKUP} owner pedidos",
    )


def reconcile(rig: Rig, *arguments: str) -> Result:
    """The command, with the rig's servers."""
    names = ("database_url", "kafka_bootstrap", "record_keys", "gateway_url", "gateway_key")
    servers = {name: str(getattr(rig.settings, name)) for name in names}
    environment = {f"PEDIDOS_{name.upper()}": value for name, value in servers.items()}
    return CliRunner().invoke(
        app, ["reconcile", *arguments], env=environment | {"PEDIDOS_STATE_DIR": str(rig.settings.state_dir)}
    )


def refusal(engine: Engine) -> str | None:
    (row,) = rows(engine, "select refusal from relay_positions")
    return row.refusal  # type: ignore[no-any-return]


def test_the_relay_refuses_until_what_was_lost_is_settled(backup: Rig) -> None:
    rig = backup
    (before,) = rows(rig.engine, "select published from relay_positions")
    rig.wait_for(rig.place(20), "confirmed")
    rig.wait_until_published()
    (lost,) = rows(rig.engine, "select published, txid from relay_positions")
    restore(rig)
    topic = Topic(rig.settings, EVENTS)
    rig.ensure(*USUAL)
    until(lambda: refusal(rig.engine) is not None, "the relay's refusal")
    assert f"up to number {lost.published}" in str(refusal(rig.engine))
    placed = rig.place(5)
    rig.wait_for(placed, "confirmed")  # the watchdog hints them
    assert topic.read() == []

    listed = reconcile(rig)
    assert listed.exit_code == 1
    assert "20 of 200.00: it belongs to no order" in listed.output
    assert "Nothing was changed" in listed.output
    assert rows(rig.engine, "select from reconciled_charges") == []

    settled = reconcile(rig, "--settle")
    assert settled.exit_code == 0, settled.output
    assert "20 refunded" in settled.output
    noted = rows(rig.engine, "select outcome, done_by, amount_cents from reconciled_charges")
    assert {tuple(row) for row in noted} == {("refunded", local_user(), 1000)}
    assert len(noted) == 20
    rig.check()

    rig.wait_until_published()
    until(lambda: refusal(rig.engine) is None, "the relay to go on")
    records = topic.read()
    assert {record.key for record in records} == {str(order_id).encode() for order_id in placed}
    first = lineage.current(rig.engine).after + 1
    assert first > lost.published
    assert sorted(record.position for record in records) == list(range(first, first + 5 * EVENTS_OF_ONE))
    assert before.published < lost.published
    assert len({record.headers["log"] for record in records}) == 1
    assert lineage.doubtful(rig.engine, Cursor(lost.txid, 1)), "a client that was there starts over"

    again = reconcile(rig)
    assert again.exit_code == 0, again.output
    rig.stop("relay-1")
    rig.start("relay-1")
    rig.wait_for(rig.place(3), "confirmed")
    rig.wait_until_published()
    assert len(topic.read()) == 8 * EVENTS_OF_ONE


def test_another_database_is_recognised_by_the_id_of_its_log(rig: Rig) -> None:
    rig.wait_for(rig.place(3), "confirmed")
    rig.wait_until_published()
    rig.stop("relay-1")
    with another_id(rig.engine):
        rig.start("relay-1")
        until(lambda: "another log" in str(refusal(rig.engine)), "the relay's refusal")
        rig.stop("relay-1")
    rig.start("relay-1")
    until(lambda: refusal(rig.engine) is None, "the relay to go on")


@contextmanager
def another_id(engine: Engine) -> Iterator[None]:
    """The log has another id inside, as if it had always had it."""
    (own,) = rows(engine, "select number, id from event_logs order by number desc limit 1")
    with engine.begin() as connection:
        connection.exec_driver_sql("update event_logs set id = '0123456789abcdef' where number = %s", (own.number,))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("update event_logs set id = %s where number = %s", (own.id, own.number))
