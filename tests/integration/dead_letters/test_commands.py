"""`pedidos dead-letters`, as an operator uses it."""

import json
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from pedidos.cli.acting import local_user
from pedidos.domain.audit import Who
from pedidos.processes.celery_app import make_celery, queue_lengths
from pedidos.storage.audit_log import reading
from pedidos.storage.dead_letters import jobs
from pedidos.storage.dead_letters.jobs import NewJob
from pedidos.storage.dead_letters.letters import Filter, actions, write
from pedidos_dev.cli import app
from pedidos_local.settings import PlatformSettings
from tests.integration.dead_letters.work import letters, only
from tests.support.shop import Product, place_order
from tests.support.tables import change, rows

EVIL = b'{"order_id": 5, "note": "\x1b[2J"}'


@pytest.fixture(autouse=True)
def environment(settings: PlatformSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of these servers; no others."""
    for name in ("state_dir", "database_url", "broker_url", "kafka_bootstrap", "record_keys"):
        monkeypatch.setenv(f"PEDIDOS_{name.upper()}", str(getattr(settings, name)))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["dead-letters", *map(str, arguments)], terminal_width=200)


@pytest.fixture
def order_id(engine: Engine, customer: UUID, products: list[Product]) -> UUID:
    """The dead letter of an order that hints did not move on."""
    placed = place_order(engine, customer, products[0]).order_id
    write(engine, "watchdog", "validate", "Still received after 8 hints.", placed)
    return placed


@pytest.fixture
def poison(engine: Engine, order_id: UUID) -> UUID:
    """Another dead letter: a record that no consumer can parse."""
    write(engine, "bridge", "pedidos.orders.placed/0/7", "Not JSON", None, EVIL, b"k", [("ce_type", b"\xff\x00")])
    (letter,) = letters(engine, Filter(source="bridge"))
    assert letter.order_id != order_id
    return letter.id


def test_listing(engine: Engine, order_id: UUID, poison: UUID) -> None:
    told = run("list")
    assert (told.exit_code, len(told.stdout.splitlines())) == (0, 2)
    assert str(poison) in told.stdout.splitlines()[0], "the newest first"
    assert str(order_id) in told.stdout
    found = run("list", "--source", "watchdog", "--contains", "8 HINTS", "--since", "1h", "--json")
    (letter,) = json.loads(found.stdout)
    assert letter["order_id"] == str(order_id)
    assert run("list", "--since", "2099-01-01").stdout == "There are none.\n"
    assert run("list", "--status", "discarded").stdout == "There are none.\n"
    assert len(letters(engine)) == 2


def test_showing(poison: UUID, engine: Engine, order_id: UUID) -> None:
    told = run("show", poison)
    assert told.exit_code == 0
    assert "pedidos.orders.placed/0/7" in told.stdout
    assert r"\x1b[2J" in told.stdout
    assert "\x1b" not in told.stdout, "nothing that a stranger sent steers the terminal"
    assert "(not text) ff00" in told.stdout
    (letter,) = letters(engine, Filter(source="watchdog"))
    told = run("show", letter.id)
    assert "order.placed" in told.stdout
    assert str(order_id) in told.stdout
    missing = run("show", order_id)
    assert (missing.exit_code, missing.stderr) == (
        1,
        f"There is no dead letter {order_id}. List them: pedidos dead-letters list\n",
    )


def test_replaying_all_that_fit(engine: Engine, order_id: UUID, poison: UUID, settings: PlatformSettings) -> None:
    would = run("replay", "--all", "--dry-run")
    assert would.exit_code == 1
    assert "the step validate looks at the order again" in would.stdout
    assert "not possible: the record is still refused" in would.stdout
    assert "1 of 2 would be replayed." in would.stdout
    assert len(letters(engine)) == 2
    assert rows(engine, "select from dead_letter_actions") == []

    celery = make_celery(settings)
    before = queue_lengths(celery)["validate"]
    done = run("replay", "--all", "--source", "watchdog")
    assert done.exit_code == 0
    assert "1 of 1 replayed." in done.stdout
    assert "1 orders handed to the step validate" in done.stdout
    assert queue_lengths(celery)["validate"] == before + 1
    celery.close()
    assert only(engine).id == poison
    assert order_id not in {letter.order_id for letter in letters(engine)}


def test_discarding(engine: Engine, order_id: UUID, poison: UUID) -> None:
    assert run("discard", poison).exit_code == 2, "without a reason"
    assert run("discard", poison, "--reason", " ").exit_code == 2
    assert run("discard", poison, "--reason", "foreign", "--dry-run").exit_code == 0
    assert len(letters(engine)) == 2
    done = run("discard", poison, "--reason", "foreign")
    assert (done.exit_code, "1 of 1 discarded." in done.stdout) == (0, True)
    again = run("discard", poison, "--reason", "foreign")
    assert (again.exit_code, "it has been discarded already" in again.stdout) == (1, True)
    (trail,) = actions(engine, poison)
    assert (trail.action, trail.note) == ("discard", "foreign")
    assert trail.done_by == local_user()
    assert f"discard by {trail.done_by}: foreign" in run("show", poison).stdout
    assert only(engine).order_id == order_id
    entries = reading.newest(engine, reading.Filter(subject=str(poison)), None, 9)
    assert [(entry.action, entry.local_user) for entry in entries] == [
        ("dead_letter.read", trail.done_by),
        ("dead_letter.discarded", trail.done_by),
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["replay"],
        ["replay", "--all", "0190f5f4-0000-7000-8000-000000000000"],
        ["replay", "0190f5f4-0000-7000-8000-000000000000", "--contains", "x"],
        ["replay", "--all", "--since", "yesterday"],
        ["show", "five"],
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_server_that_is_away_is_reported_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    told = run("list")
    assert (told.exit_code, len(told.stderr.splitlines())) == (1, 1)
    assert told.stderr.startswith("Not possible now: ")


def test_a_broker_that_is_away_holds_up_no_replay(
    engine: Engine, order_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEDIDOS_BROKER_URL", "redis://127.0.0.1:1/0")
    change(engine, "insert into stalled_orders select id, version, 8, now() + interval '1 hour', 'x' from orders")
    done = run("replay", "--all")
    assert (done.exit_code, "The watchdog will hand the orders over" in done.stdout) == (0, True)
    assert rows(engine, "select from stalled_orders") == []
    assert order_id not in {letter.order_id for letter in letters(engine)}


def test_a_job_is_listed_and_stopped(engine: Engine, order_id: UUID) -> None:
    assert run("jobs").stdout == "There are none.\n"
    job = NewJob(uuid4(), "replay", Who(uuid4(), "operator"))
    jobs.add(engine, job, Filter())
    assert f"{job.id}" in run("jobs").stdout
    assert "0 of 1 letters, possible for 0: goes on" in run("jobs").stdout
    stopped = run("stop", job.id)
    assert (stopped.exit_code, "stopped" in stopped.stdout) == (0, True)
    again = run("stop", job.id)
    assert (again.exit_code, "It had ended before." in again.output) == (1, True)
    assert run("stop", uuid4()).exit_code == 1
    [entry] = reading.newest(engine, reading.Filter("dead_letter_job.stopped", subject=str(job.id)), None, 9)
    assert (entry.subject, entry.local_user) == (str(job.id), local_user())
    assert [letter.order_id for letter in letters(engine, Filter())] == [order_id]
