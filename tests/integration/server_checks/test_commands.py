"""What the commands say of servers that are not fit: a line each, and nothing is started."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from pedidos_local import credentials
from tests.integration.server_checks.asking import Maker

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command of ours with these settings, in a state folder that has passwords."""
    credentials.ensure(tmp_path / "secrets.json")

    def command(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
        given = {"state_dir": tmp_path, "keys_dir": tmp_path / "keys", **settings}
        return subprocess.run(
            [sys.executable, "-m", "pedidos_dev", *arguments],
            env=os.environ | {f"PEDIDOS_{name.upper()}": str(value) for name, value in given.items()},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return command


LATIN1 = "encoding 'LATIN1' locale_provider libc locale 'C'"


@pytest.mark.parametrize("command", [["setup", "data"], ["setup", "data", "--wait", "45"], ["up", "-d"]])
def test_an_encoding_is_reported_before_anything_is_made(
    run: Run, database: Maker, command: list[str], tmp_path: Path
) -> None:
    done = run(*command, database_url=database(LATIN1))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("PostgreSQL: The database unfit_")
    assert not (tmp_path / "run").exists()


def test_doctor_examines_servers_that_are_not_ours(run: Run, database: Maker, valkey_url: str) -> None:
    done = run("doctor", database_url=database(LATIN1), broker_url=valkey_url, gateway_url="http://127.0.0.1:1")
    assert done.returncode == 1
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert any(line.startswith("✗ PostgreSQL: The database unfit_") for line in lines)
    assert any(line.startswith("✓ Valkey: ") and line.endswith(", noeviction") for line in lines)
    assert any(line.startswith("✗ gateway: Payment gateway cannot be used now (") for line in lines)


def test_doctor_does_not_ask_for_servers_of_its_own(run: Run) -> None:
    assert "PostgreSQL: " not in run("doctor").stdout


def test_setup_tells_what_it_can_live_with_and_goes_on(run: Run, kafka_bootstrap: str) -> None:
    done = run("setup", "topics", kafka_bootstrap=kafka_bootstrap, partitions=4)
    assert done.returncode == 0, done.stderr
    assert "Kafka: pedidos.orders.events has 6 partitions, not 4. Set PEDIDOS_PARTITIONS to 6.\n" in done.stdout


UTF8 = "encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"


@pytest.mark.parametrize("how", ["--no-demo", "PEDIDOS_DEMO"])
def test_setup_without_demo_data(run: Run, database: Maker, how: str, tmp_path: Path) -> None:
    address = database(UTF8)
    (tmp_path / "secrets.json").unlink()  # the passwords of demo accounts are not needed either
    options, variables = (["--no-demo"], {}) if how == "--no-demo" else ([], {"demo": "false"})
    done = run("setup", "data", *options, database_url=address, **variables)
    assert done.returncode == 0, done.stderr
    # The one account stands for former customers: the migration makes it.
    assert [count(address, table) for table in ("accounts", "merchants", "products", "stock")] == [1, 0, 0, 0]


def test_setup_refuses_demo_accounts_that_others_reach(run: Run, database: Maker) -> None:
    address = database(UTF8)
    public = {"database_url": address, "public_url": "https://shop.example"}
    refused = run("setup", "data", **public)
    assert refused.returncode == 2
    assert "Set PEDIDOS_DEMO=false" in refused.stderr
    assert run("setup", "data", database_url=address).returncode == 0
    open_still = run("setup", "data", "--no-demo", **public)
    assert open_still.returncode == 2
    assert "operator@pedidos.example" in open_still.stderr
    with psycopg.connect(address) as connection:
        emails = [email for (email,) in connection.execute("select email from accounts").fetchall()]
    assert [run("accounts", "disable", email, database_url=address).returncode for email in emails] == [0] * len(emails)
    closed = run("setup", "data", "--no-demo", **public)
    assert closed.returncode == 0, closed.stderr


def count(address: str, table: str) -> int:
    with psycopg.connect(address) as connection:
        statement = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
        found: int = connection.execute(statement).fetchall()[0][0]
    return found
