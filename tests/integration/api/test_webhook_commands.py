"""`pedidos webhooks`: an operator manages endpoints of all owners from the command line."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from pedidos_dev.cli import app
from tests.support.api import World
from tests.support.settings import ACCOUNT_KEYS, forget_settings
from tests.support.tables import change, rows

URL = "https://shop.example/hooks"


@pytest.fixture(autouse=True)
def environment(database_url: str, monkeypatch: pytest.MonkeyPatch, engine: Engine) -> Iterator[None]:
    """The database of the tests, without endpoints."""
    forget_settings(monkeypatch)
    monkeypatch.setenv("PEDIDOS_DATABASE_URL", database_url)
    monkeypatch.setenv("PEDIDOS_ACCOUNT_KEYS", ACCOUNT_KEYS)
    change(engine, "delete from webhook_endpoints")
    yield
    change(engine, "delete from webhook_endpoints")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["webhooks", *map(str, arguments)], terminal_width=200)


def answer(*arguments: object) -> Any:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_an_endpoint_from_its_addition_to_its_end(engine: Engine, world: World) -> None:
    merchant = world.merchant
    added = answer("add", URL, "--merchant", merchant, "--type", "order.paid", "--description", "the printer")
    assert (added["merchant_id"], added["types"], added["state"]) == (str(merchant), ["order.paid"], "on")
    assert [each["scheme"] for each in added["secrets"]] == ["v1a", "v1"]
    endpoint = added["id"]
    assert [each["id"] for each in answer("list")] == [endpoint]
    assert [each["id"] for each in answer("list", "--merchant", merchant)] == [endpoint]
    assert answer("list", "--merchant", uuid.uuid4()) == []
    shown = run("list")
    assert URL in shown.stdout
    assert "secret" not in shown.stdout

    rotated = answer("rotate", endpoint)
    assert [each["expires_at"] is None for each in rotated["secrets"]] == [True, True, False, False]
    assert "whsec_" in run("rotate", endpoint).stdout

    assert answer("disable", endpoint)["state"] == "off"
    assert answer("enable", endpoint)["state"] == "on"
    written = [
        row.action for row in rows(engine, "select action from audit_log where action like 'webhook.%' order by number")
    ]
    assert written[-5:] == [
        "webhook.added",
        "webhook.rotated",
        "webhook.rotated",
        "webhook.changed",
        "webhook.changed",
    ]

    assert run("remove", endpoint, "--yes").exit_code == 0
    assert answer("list") == []
    assert run("list").stdout.strip() == "There are none."


def test_a_test_event_its_attempts_and_sending_again(engine: Engine) -> None:
    endpoint = answer("add", URL)["id"]
    delivery = answer("test", endpoint)["delivery_id"]
    (waiting,) = answer("attempts", endpoint)
    assert (waiting["id"], waiting["state"], waiting["type"]) == (delivery, "waiting", "webhook.test")
    assert json.loads(waiting["body"])["type"] == "webhook.test"
    assert answer("resend", endpoint)["deliveries"] == 0
    change(
        engine,
        "insert into webhook_attempts (delivery_id, number, at, took_ms, status, reason, answer)"
        " values (cast(:id as uuid), 1, now(), 12, 500, '', 'no paper')",
        id=delivery,
    )
    change(engine, "update webhook_deliveries set state = 'failed', attempts = 1, settled_at = clock_timestamp()")
    shown = run("attempts", endpoint, delivery)
    assert "500  12 ms  no paper" in shown.stdout
    assert answer("attempts", endpoint, "--state", "delivered") == []
    assert answer("resend", endpoint, "--type", "order.paid")["deliveries"] == 0
    assert answer("resend", endpoint, "--since", "1h")["deliveries"] == 1
    change(engine, "update webhook_deliveries set state = 'delivered', settled_at = clock_timestamp()")
    assert answer("resend", endpoint)["deliveries"] == 0, "only what failed, unless the state is given"
    assert answer("resend", endpoint, delivery)["deliveries"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "http://shop.example/"), "Must begin with https://."),
        (("add", "https://127.0.0.1/"), "Must be a public address."),
        (("add", URL, "--merchant", uuid.UUID(int=7)), "There is no merchant"),
        (("add", URL, "--type", "order.eaten"), "order.eaten is not a type of event"),
        (("test", uuid.UUID(int=7)), "There is no endpoint"),
        (("attempts", uuid.UUID(int=7)), "There is no endpoint"),
        (("disable", uuid.UUID(int=7)), "There is no endpoint"),
        (("remove", uuid.UUID(int=7), "--yes"), "There is no endpoint"),
        (("resend", uuid.UUID(int=7), "--state", "waiting"), "What waits is sent anyway."),
        (("resend", uuid.UUID(int=7), uuid.UUID(int=8), "--state", "failed"), "Filters go without"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(arguments: tuple[object, ...], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code in (1, 2)
    assert said in done.output.replace("\n", " ")
    assert "Traceback" not in done.output
