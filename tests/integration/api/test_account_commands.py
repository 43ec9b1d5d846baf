"""`pedidos accounts`, as an operator uses it beside an api that runs."""

import json
import secrets

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


@pytest.fixture
def email() -> str:
    return f"{secrets.token_hex(6)}@pedidos.example"


def run(*arguments: object, entered: str | None = None) -> Result:
    return CliRunner().invoke(app, ["accounts", *map(str, arguments)], input=entered, terminal_width=200)


def created(email: str, *options: object) -> None:
    done = run("create", email, "--name", "Eva", *options, entered=f"{PASSWORD}\n")
    assert done.exit_code == 0, done.output


def sign_in(api: Api, email: str, password: str = PASSWORD) -> int:
    status: int = api.ask("POST", "/v1/auth/token", json={"email": email, "password": password}).status_code
    return status


def session(api: Api, email: str) -> dict[str, str]:
    answer = api.ask("POST", "/v1/auth/token", json={"email": email, "password": PASSWORD})
    tokens: dict[str, str] = answer.json()
    return tokens


def refresh(api: Api, tokens: dict[str, str]) -> int:
    body = {"refresh_token": tokens["refresh_token"]}
    status: int = api.ask("POST", "/v1/auth/refresh", json=body).status_code
    return status


def test_an_account_that_is_created_can_sign_in(api: Api, email: str) -> None:
    created(email.upper(), "--role", "operator")
    tokens = session(api, email)
    me = api.ask("GET", "/v1/me", token=tokens["access_token"]).json()
    assert (me["email"], me["name"], me["role"]) == (email, "Eva", "operator")


def test_the_rules_of_a_registration_apply(api: Api, email: str) -> None:
    for password in ("password1234", "short", email, "a tab\tin the middle", ""):
        refused = run("create", email, "--name", "Eva", entered=f"{password}\n")
        assert refused.exit_code == 2
        assert "password" in refused.output
    assert "email" in run("create", "nobody", "--name", "Eva", entered=f"{PASSWORD}\n").output
    assert sign_in(api, email) == 401


def test_a_password_is_not_an_argument(email: str) -> None:
    refused = run("create", email, "--name", "Eva", "--password", PASSWORD)
    assert refused.exit_code == 2
    assert "--password" in refused.output


def test_a_disabled_account_has_no_session_and_gets_none(api: Api, email: str) -> None:
    created(email)
    replaced, other = session(api, email), session(api, email)
    assert refresh(api, replaced) == 200
    done = run("disable", email.upper())
    assert done.exit_code == 0, done.output
    assert "sessions ended: 2" in done.stdout
    assert sign_in(api, email) == 401
    assert refresh(api, other) == 401
    assert run("enable", email).exit_code == 0
    assert refresh(api, other) == 401, "it stays ended"
    assert sign_in(api, email) == 200


def test_a_role_holds_from_the_next_sign_in_on(api: Api, email: str) -> None:
    created(email)
    assert run("role", email, "merchant").exit_code == 2, "a merchant must be named"
    assert run("role", email, "customer", "--merchant", api.world.merchant).exit_code == 2
    assert run("role", email, "merchant", "--merchant", api.world.merchant).exit_code == 0
    me = api.ask("GET", "/v1/me", token=session(api, email)["access_token"]).json()
    assert (me["role"], me["merchant_id"]) == ("merchant", str(api.world.merchant))


def test_a_merchants_account_can_bring_its_merchant(api: Api, email: str) -> None:
    created(email, "--role", "merchant", "--new-merchant", "Quitanda")
    token = session(api, email)["access_token"]
    merchant = api.ask("GET", "/v1/me", token=token).json()["merchant_id"]
    assert api.ask("GET", f"/v1/merchants/{merchant}").json()["name"] == "Quitanda"
    product = {"name": "Couve", "price_cents": 300, "on_hand": 5}
    assert api.ask("POST", f"/v1/merchants/{merchant}/products", token=token, json=product).status_code == 201
    for wrong in ([], ["--role", "merchant", "--merchant", merchant], ["--role", "operator"]):
        refused = run("create", "x@pedidos.example", "--name", "Eva", "--new-merchant", "B", *wrong, entered=PASSWORD)
        assert refused.exit_code == 2


def test_what_is_not_possible_is_reported_in_a_line(api: Api, email: str) -> None:
    for arguments in (("disable", email), ("enable", email), ("role", email, "operator")):
        refused = run(*arguments)
        assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
        assert email in refused.stderr
    taken = run("create", api.world.emails["customer"], "--name", "Eva", entered=f"{PASSWORD}\n")
    assert (taken.exit_code, "already" in taken.stderr) == (1, True)
    unknown = api.world.accounts["customer"]
    nowhere = run(
        "create", email, "--name", "Eva", "--role", "merchant", "--merchant", unknown, entered=f"{PASSWORD}\n"
    )
    assert (nowhere.exit_code, "no merchant" in nowhere.stderr) == (1, True)


def test_listing(email: str) -> None:
    created(email)
    assert run("disable", email).exit_code == 0
    (line,) = [one for one in json.loads(run("list", "--disabled", "--json").stdout) if one["email"] == email]
    assert (line["email"], line["role"], line["active"]) == (email, "customer", False)
    assert "password_hash" not in line
    assert email in run("list", "--role", "customer").stdout
    assert email not in run("list", "--role", "operator").stdout


def test_on_a_terminal_the_password_is_asked_for_twice_and_not_shown(
    api: Api, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pedidos.cli.accounts._at_terminal", lambda: True)
    done = run("create", email, "--name", "Eva", entered=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    assert sign_in(api, email) == 200
