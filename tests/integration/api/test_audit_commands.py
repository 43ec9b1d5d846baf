"""`pedidos audit`, and who a command says that ran it."""

import getpass
import json
import os
import pwd
import secrets
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from pedidos_dev.cli import app
from tests.support.api import PASSWORD, Api
from tests.support.settings import forget_settings


@pytest.fixture(autouse=True)
def environment(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of the tests; no other setting."""
    forget_settings(monkeypatch)
    monkeypatch.setenv("PEDIDOS_DATABASE_URL", database_url)


def run(*arguments: object, entered: str | None = None) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)], input=entered, terminal_width=200)


def exported(*options: object) -> list[dict[str, Any]]:
    done = run("audit", "export", "--json", *options)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def last() -> dict[str, Any]:
    """The last entry that is about an account."""
    (entry,) = listed("--action", "account", "--limit", 1)
    return entry


@pytest.fixture
def email() -> str:
    """An account that a command created."""
    email = f"{secrets.token_hex(6)}@pedidos.example"
    assert run("accounts", "create", email, "--name", "Eva", entered=f"{PASSWORD}\n").exit_code == 0
    return email


def listed(*options: object) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(run("audit", "list", "--json", *options).stdout)
    return entries


@pytest.fixture
def begin() -> int:
    """The number of the last entry before the test."""
    (entry,) = listed("--limit", 1)
    number: int = entry["number"]
    return number


def test_an_export_goes_on_after_the_last_number(begin: int, email: str) -> None:
    before = exported("--after", begin)
    assert [entry["number"] for entry in before] == list(range(before[0]["number"], before[-1]["number"] + 1))
    assert run("accounts", "disable", email).exit_code == 0
    after = exported("--after", before[-1]["number"])
    assert [entry["action"] for entry in after] == ["audit.exported", "account.disabled"]
    assert after[0]["number"] == before[-1]["number"] + 1
    assert exported("--after", begin, "--since", "2099-01-01") == []
    assert email not in json.dumps(before + after)


def test_what_commands_do_to_an_account(email: str) -> None:
    account = last()["subject"]
    for command in (["disable", email], ["enable", email], ["role", email, "operator"]):
        assert run("accounts", *command).exit_code == 0
    assert [(entry["action"], entry["detail"]) for entry in listed("--account", account)] == [
        ("account.role_changed", {"role": ["customer", "operator"], "merchant_id": None}),
        ("account.enabled", {}),
        ("account.disabled", {"sessions": 0}),
        ("account.created", {"role": "customer", "merchant_id": None}),
    ]
    assert len(run("audit", "list", "--subject", account, "--action", "account.enabled").stdout.splitlines()) == 1
    assert run("audit", "list", "--action", "account.eaten").exit_code == 2


def test_the_user_is_the_one_of_the_process(email: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody-else")
    assert getpass.getuser() == "somebody-else", "what the environment says"
    assert run("accounts", "disable", email).exit_code == 0
    assert last()["local_user"] == pwd.getpwuid(os.getuid()).pw_name


def test_an_operator_who_is_signed_in(email: str, api: Api, keys_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIDOS_KEYS_DIR", str(keys_dir))
    monkeypatch.setenv("PEDIDOS_OPERATOR_TOKEN", api.token("operator"))
    assert run("accounts", "disable", email).exit_code == 0
    entry = last()
    assert (entry["account_id"], entry["role"]) == (str(api.world.accounts["operator"]), "operator")
    assert entry["local_user"] == pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize("who", ["customer", "forged"])
def test_a_token_of_no_operator_stops_the_command(
    email: str, api: Api, keys_dir: Path, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    token = f"{api.token('operator')}x" if who == "forged" else api.token(who)
    monkeypatch.setenv("PEDIDOS_KEYS_DIR", str(keys_dir))
    monkeypatch.setenv("PEDIDOS_OPERATOR_TOKEN", token)
    refused = run("accounts", "disable", email)
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1)
    assert refused.stderr.startswith("PEDIDOS_OPERATOR_TOKEN is not the access token of an operator: ")
    assert api.ask("POST", "/v1/auth/token", json={"email": email, "password": PASSWORD}).status_code == 200


def test_a_missing_number_is_reported(begin: int, email: str, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update audit_log_number set last = last + 1")
    assert run("accounts", "disable", email).exit_code == 0
    done = run("audit", "export", "--json", "--after", begin)
    assert (done.exit_code, "1 numbers are missing" in done.stderr) == (1, True)
    # One that goes on after the gap finds none.
    assert exported("--after", json.loads(done.stdout.splitlines()[-1])["number"])
