"""The second factor: enrolled with a code, asked for at each sign-in, and no code counts twice."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from sqlalchemy import Engine
from typer.testing import CliRunner

from pedidos.security.passwords import hash_password
from pedidos_dev.cli import app as commands
from tests.support.api import PASSWORD, Api, Serve
from tests.support.mailbox import Mailbox
from tests.support.settings import forget_settings
from tests.support.tables import change, rows
from tests.support.totp import App

PATH = "/v1/me/second-factor"

People = Callable[[str], str]


@pytest.fixture
def person(engine: Engine) -> People:
    """Makes an account with this role, and returns its address."""

    def make(role: str) -> str:
        email = f"{role}-{secrets.token_hex(6)}@pedidos.example"
        change(
            engine,
            "with shop as (insert into merchants (name) select 'Eva' where :role = 'merchant' returning id)"
            " insert into accounts (email, name, role, merchant_id, password_hash)"
            " values (:email, 'Eva', :role, (select id from shop), :hash)",
            email=email,
            role=role,
            hash=hash_password(PASSWORD),
        )
        return email

    return make


def sign_in(api: Api, email: str, code: str | None = None) -> requests.Response:
    body = {"email": email, "password": PASSWORD} | ({} if code is None else {"code": code})
    return api.ask("POST", "/v1/auth/token", json=body)


def kind(answer: requests.Response) -> str:
    return str(answer.json()["type"]).removeprefix("/problems/")


def token(answer: requests.Response) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def begin(api: Api, access: str, password: str = PASSWORD) -> requests.Response:
    return api.ask("POST", PATH, token=access, json={"password": password})


def confirm(api: Api, access: str, code: str) -> requests.Response:
    return api.ask("POST", f"{PATH}/confirmation", token=access, json={"code": code})


def remove(api: Api, access: str, code: str, password: str = PASSWORD) -> requests.Response:
    return api.ask("POST", f"{PATH}/removal", token=access, json={"password": password, "code": code})


def enrolled(api: Api, email: str) -> tuple[App, list[str], str]:
    """The app and the recovery codes of an account that has a factor now, and its access token."""
    access = token(sign_in(api, email))
    app = App(begin(api, access).json()["secret"])
    answer = confirm(api, access, app.code())
    assert answer.status_code == 200, answer.text
    return app, answer.json()["codes"], access


@pytest.mark.parametrize("role", ["merchant", "operator"])
def test_a_sign_in_takes_the_password_and_a_code(api: Api, mailbox: Mailbox, person: People, role: str) -> None:
    email = person(role)
    other = sign_in(api, email).json()
    app, codes, access = enrolled(api, email)
    assert len(set(codes)) == 10
    refresh = {"refresh_token": other["refresh_token"]}
    assert api.ask("POST", "/v1/auth/refresh", json=refresh).status_code == 401, "it began without a code"
    assert mailbox.to(email)[-1].kind == "second_factor_added"
    without = sign_in(api, email)
    assert (without.status_code, kind(without)) == (401, "second-factor-required")
    now = api.ask("GET", PATH, token=token(sign_in(api, email, app.code()))).json()
    assert (now["confirmed_at"] is not None, now["recovery_codes"], now["required"]) == (True, 10, False)
    assert api.ask("GET", "/v1/me", token=access).status_code == 200, "the session that added it goes on"


def test_no_code_counts_twice(api: Api, person: People) -> None:
    email = person("operator")
    app, _, _ = enrolled(api, email)
    for used in (app.last(), app.earlier()):
        assert kind(sign_in(api, email, used)) == "wrong-code", "it confirmed the factor, or is older"
    code = app.code()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: sign_in(api, email, code).status_code, range(4)))
    assert sorted(answers) == [200, 401, 401, 401]


def test_a_recovery_code_counts_once(api: Api, person: People, engine: Engine) -> None:
    email = person("merchant")
    _, codes, access = enrolled(api, email)
    spelled = codes[0].lower().replace("-", " ")
    assert sign_in(api, email, spelled).status_code == 200
    assert kind(sign_in(api, email, codes[0])) == "wrong-code"
    assert api.ask("GET", PATH, token=access).json()["recovery_codes"] == 9
    used = rows(
        engine,
        "select from audit_log where action = 'second_factor.recovery_code_used' and account_id ="
        " (select id from accounts where email = :e)",
        e=email,
    )
    assert len(used) == 1


def test_recovery_codes_are_of_one_account(api: Api, person: People) -> None:
    email, other = person("operator"), person("operator")
    _, codes, _ = enrolled(api, email)
    enrolled(api, other)
    assert kind(sign_in(api, other, codes[0])) == "wrong-code"
    assert sign_in(api, email, codes[0]).status_code == 200


def test_wrong_codes_are_limited_also_for_a_client_near_a_session(serve: Serve, person: People) -> None:
    strict = serve(codes_per_hour=3)
    email = person("operator")
    app, codes, _ = enrolled(strict, email)
    assert [sign_in(strict, email, app.wrong()).status_code for _ in range(4)] == [401, 401, 401, 429]
    assert sign_in(strict, email, app.code()).status_code == 429, "a right one tells nothing either"
    assert sign_in(strict, email, codes[0]).status_code == 429
    assert kind(sign_in(strict, email)) == "second-factor-required", "the password is another matter"


def test_a_failure_is_in_the_audit_log(api: Api, person: People, engine: Engine) -> None:
    email = person("operator")
    app, _, _ = enrolled(api, email)
    sign_in(api, email, app.wrong())
    found = rows(
        engine,
        "select outcome from audit_log where action = 'second_factor.refused' and subject ="
        " (select id::text from accounts where email = :e)",
        e=email,
    )
    assert [row.outcome for row in found] == ["refused"]


def test_one_that_is_not_confirmed_is_not_asked_for(api: Api, person: People) -> None:
    email = person("operator")
    access = token(sign_in(api, email))
    assert begin(api, access, "not the password").status_code == 401
    first = App(begin(api, access).json()["secret"])
    second = App(begin(api, access).json()["secret"])
    assert sign_in(api, email).status_code == 200
    assert kind(confirm(api, access, first.code())) == "wrong-code", "it was replaced"
    assert remove(api, access, second.wrong()).status_code == 404
    assert confirm(api, access, second.code()).status_code == 200
    assert kind(begin(api, access)) == "second-factor-present"
    assert kind(confirm(api, access, second.wrong())) == "second-factor-present"


def test_removing_takes_the_password_and_a_code(api: Api, mailbox: Mailbox, person: People) -> None:
    email = person("merchant")
    app, codes, access = enrolled(api, email)
    assert kind(remove(api, access, app.code(), "not the password")) == "wrong-credentials"
    assert kind(remove(api, access, app.wrong())) == "wrong-code"
    assert remove(api, access, codes[3]).status_code == 204
    assert remove(api, access, codes[4]).status_code == 404
    assert sign_in(api, email).status_code == 200
    assert mailbox.to(email)[-1].kind == "second_factor_removed"


def test_customers_have_none(api: Api) -> None:
    access = api.token("customer")
    assert api.ask("GET", PATH, token=access).status_code == 403
    assert begin(api, access).status_code == 403


def test_the_secret_is_not_in_the_table(api: Api, person: People, engine: Engine) -> None:
    access = token(sign_in(api, person("operator")))
    secret = begin(api, access).json()["secret"]
    stored: list[Any] = [bytes(row.secret) for row in rows(engine, "select secret from second_factors")]
    assert not any(secret.encode() in each for each in stored)


def test_where_operators_need_one_they_get_no_tokens_without(serve: Serve, api: Api, person: People) -> None:
    strict = serve(operators_second_factor="always")
    email = person("operator")
    earlier = sign_in(api, email).json()
    refused = sign_in(strict, email)
    assert (refused.status_code, kind(refused)) == (403, "second-factor-missing")
    refresh = {"refresh_token": earlier["refresh_token"]}
    assert strict.ask("POST", "/v1/auth/refresh", json=refresh).status_code == 403, "its session is from before"
    app, _, _ = enrolled(api, email)
    assert sign_in(strict, email, app.code()).status_code == 200
    assert sign_in(strict, person("merchant")).status_code == 200


def test_an_operator_takes_it_away_for_somebody_who_lost_it(
    api: Api, person: People, database_url: str, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    email = person("operator")
    enrolled(api, email)
    forget_settings(monkeypatch)
    monkeypatch.setenv("PEDIDOS_DATABASE_URL", database_url)
    command = ["accounts", "reset-second-factor", email.upper()]
    done = CliRunner().invoke(commands, command)
    assert done.exit_code == 0, done.output
    assert sign_in(api, email).status_code == 200
    again = CliRunner().invoke(commands, command)
    assert (again.exit_code, again.stderr) == (1, f"{email} has no second factor.\n")
    found = rows(
        engine,
        "select local_user from audit_log where action = 'second_factor.reset' and subject ="
        " (select id::text from accounts where email = :e)",
        e=email,
    )
    assert len(found) == 1
    assert found[0].local_user
