"""A person's copy of what is stored about them, and its erasure."""

import json
import secrets
from dataclasses import dataclass
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from pedidos.errors import ConstraintViolated
from pedidos_dev.cli import app
from tests.support.api import PASSWORD, Api
from tests.support.mailbox import Mailbox, confirm
from tests.support.servers import Servers
from tests.support.settings import forget_settings
from tests.support.waiting import until


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    email: str
    token: str


@pytest.fixture
def eva(api: Api, mailbox: Mailbox) -> Person:
    """A customer who has just registered, confirmed the address and signed in."""
    email = f"{secrets.token_hex(6)}@pedidos.example"
    name = f"Eva {secrets.token_hex(6)}"
    body = {"email": email, "name": name, "password": PASSWORD}
    assert api.ask("POST", "/v1/accounts", json=body).status_code == 202
    confirm(api, mailbox, email)
    tokens = api.ask("POST", "/v1/auth/token", json={"email": email, "password": PASSWORD}).json()
    account = api.ask("GET", "/v1/me", token=tokens["access_token"]).json()["id"]
    return Person(account, name, email, tokens["access_token"])


def place(api: Api, person: Person) -> str:
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    answer = api.ask("POST", "/v1/orders", token=person.token, json=api.order_body(), headers=headers)
    assert answer.status_code == 202
    order: str = answer.json()["id"]
    return order


def end(engine: Engine, order_id: str, status: str = "delivered") -> None:
    with engine.begin() as connection:
        connection.execute(text("update orders set status = :s where id = :id"), {"s": status, "id": UUID(order_id)})


def erase(api: Api, person: Person, password: str = PASSWORD) -> int:
    body = {"password": password}
    status: int = api.ask("POST", "/v1/me/erasure", token=person.token, json=body).status_code
    return status


def everything(database_url: str) -> str:
    """All rows of all tables, as text."""
    found: list[object] = []
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        for (table,) in tables.fetchall():
            found += connection.execute(
                psycopg.sql.SQL("select t::text from {} t").format(psycopg.sql.Identifier(table))
            )
    return str(found)


def run(*arguments: object, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    forget_settings(monkeypatch)
    monkeypatch.setenv("PEDIDOS_DATABASE_URL", database_url)
    return CliRunner().invoke(app, ["accounts", *map(str, arguments)], terminal_width=200)


def test_a_copy_has_everything(api: Api, eva: Person) -> None:
    orders = [place(api, eva) for _ in range(3)]
    copy = api.ask("GET", "/v1/me/export?limit=2", token=eva.token).json()
    assert (copy["account"]["email"], copy["account"]["name"]) == (eva.email, eva.name)
    actions = ["account.registered", "account.verified", "session.began", "account.exported"]
    assert [entry["action"] for entry in copy["audit"]] == actions
    assert [(mail["kind"], mail["recipient"]) for mail in copy["mails"]] == [("confirm_address", eva.email)]
    assert len(copy["sessions"]) == 1
    assert [order["id"] for order in copy["orders"]] == orders[:2]
    assert copy["orders"][0]["items"][0]["name"] == "Pizza 0"
    assert copy["orders"][0]["timeline"][0]["type"] == "order.placed"
    rest = api.ask("GET", f"/v1/me/export?limit=2&cursor={copy['next_cursor']}", token=eva.token).json()
    assert ([order["id"] for order in rest["orders"]], rest["next_cursor"]) == (orders[2:], None)
    assert "password_hash" not in str(copy)
    assert api.ask("GET", "/v1/me/export", who="customer").json()["account"]["id"] != eva.id


def test_a_copy_names_no_worker_and_no_account_of_others(api: Api, eva: Person) -> None:
    order = place(api, eva)
    assert api.ask("POST", f"/v1/orders/{order}/cancel", who="merchant").status_code == 200
    copy = api.ask("GET", "/v1/me/export", token=eva.token)
    assert copy.json()["orders"][0]["timeline"][-1]["detail"]["by"] == "merchant"
    assert str(api.world.accounts["merchant"]) not in copy.text


def test_an_erasure_leaves_no_name_and_no_address(api: Api, eva: Person, database_url: str, engine: Engine) -> None:
    order = place(api, eva)
    end(engine, order)
    said = {"stars": 4, "comment": f"Greetings from {eva.name}"}
    assert api.ask("PUT", f"/v1/orders/{order}/rating", token=eva.token, json=said).status_code == 200
    (copied,) = api.ask("GET", "/v1/me/export", token=eva.token).json()["orders"]
    assert (copied["rating"]["stars"], copied["rating"]["comment"]) == (4, said["comment"])
    assert eva.email in everything(database_url)
    assert erase(api, eva, "not the password") == 401
    assert erase(api, eva) == 204
    left = everything(database_url)
    assert not any(word in left for word in (eva.email, eva.name))
    credentials = {"email": eva.email, "password": PASSWORD}
    assert api.ask("POST", "/v1/auth/token", json=credentials).status_code == 401
    with psycopg.connect(database_url) as connection:
        kept = connection.execute("select customer_id, total_cents from orders where id = %s", [order]).fetchone()
        assert kept == (UUID(eva.id), 1000)
        ended = connection.execute("select count(*) from refresh_tokens where account_id = %s", [eva.id]).fetchone()
        assert ended == (0,)
        entry = connection.execute(
            "select account_id from audit_log where action = 'account.erased' and subject = %s", [eva.id]
        )
        assert entry.fetchall() == [(UUID(eva.id),)]
    again = api.ask("POST", "/v1/accounts", json={"email": eva.email, "name": "Another", "password": PASSWORD})
    assert again.status_code == 202
    with psycopg.connect(database_url) as connection:
        free = connection.execute("select name from accounts where email = %s", [eva.email]).fetchone()
    assert free == ("Another",), "the address is free"


@pytest.mark.parametrize("status", ["received", "paid", "confirmed", "on_its_way"])
def test_an_account_with_an_order_that_has_not_ended_is_not_erased(
    api: Api, eva: Person, engine: Engine, status: str
) -> None:
    end(engine, place(api, eva), "delivered")
    end(engine, place(api, eva), status)
    refused = api.ask("POST", "/v1/me/erasure", token=eva.token, json={"password": PASSWORD})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/orders-unfinished")
    assert refused.json()["detail"] == "1 of your orders have not ended."
    assert api.ask("GET", "/v1/me", token=eva.token).json()["email"] == eva.email


def test_an_account_whose_money_is_on_its_way_back_is_not_erased(api: Api, eva: Person, engine: Engine) -> None:
    order = place(api, eva)
    end(engine, order, "cancelled")
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt)"
                " values (:id, 1000, 'undoing', 1, now(), 0, now())"
            ),
            {"id": UUID(order)},
        )
    assert erase(api, eva) == 409
    with engine.begin() as connection:
        connection.execute(text("update payments set status = 'voided' where order_id = :id"), {"id": UUID(order)})
    assert erase(api, eva) == 204


def test_commands_do_both_for_an_operator(
    api: Api, eva: Person, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = place(api, eva)

    def accounts(*arguments: object) -> Result:
        return run(*arguments, database_url=database_url, monkeypatch=monkeypatch)

    copy = json.loads(accounts("export", eva.email.upper()).stdout)
    assert (copy["account"]["email"], [each["id"] for each in copy["orders"]]) == (eva.email, [order])
    refused = accounts("erase", eva.email, "--yes")
    assert (refused.exit_code, refused.stderr) == (
        1,
        "Not possible yet: 1 orders have not ended, or their money is on its way back.\n",
    )
    end(engine, order)
    assert accounts("erase", eva.email).exit_code == 1, "it asks first"
    assert accounts("erase", eva.email, "--yes").stdout == f"Erased {eva.email}.\n"
    assert eva.email not in everything(database_url)
    assert accounts("export", eva.email).exit_code == 1


def test_postgresqls_log_has_no_address(api: Api, eva: Person, servers: Servers, engine: Engine) -> None:
    again = api.ask("POST", "/v1/accounts", json={"email": eva.email, "name": "Eva", "password": PASSWORD})
    assert again.status_code == 202
    log = servers.program("postgres").log
    twice = text("insert into accounts (email, name, role, password_hash) values (:email, 'Eva', 'customer', '!')")
    with pytest.raises(ConstraintViolated), engine.begin() as connection:
        connection.execute(twice, {"email": eva.email})
    until(lambda: "accounts_email_key" in log.read_text(), "the error in the log")
    assert eva.email not in log.read_text(), "DETAIL would have it"
