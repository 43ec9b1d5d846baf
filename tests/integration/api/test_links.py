"""Links of mails: what they are for, once, until they end, for one account; and answers that do not tell who exists."""

import secrets
from typing import Any

import pytest
import requests
from sqlalchemy import Engine

from tests.support.api import PASSWORD, Api, Serve
from tests.support.mailbox import Mailbox, confirm
from tests.support.tables import change, rows
from tests.support.waiting import until

OTHER = "four words by chance"


@pytest.fixture
def email() -> str:
    return f"{secrets.token_hex(6)}@pedidos.example"


def register(api: Api, email: str, password: str = PASSWORD, **headers: str) -> requests.Response:
    body = {"email": email, "name": "Eva", "password": password}
    return api.ask("POST", "/v1/accounts", json=body, headers=headers)


def forgotten(api: Api, email: str, **headers: str) -> requests.Response:
    return api.ask("POST", "/v1/auth/forgotten-password", json={"email": email}, headers=headers)


def reset(api: Api, token: str, password: str = OTHER) -> requests.Response:
    return api.ask("POST", "/v1/auth/reset-password", json={"token": token, "new_password": password})


def verify(api: Api, token: str, password: str = PASSWORD) -> requests.Response:
    return api.ask("POST", "/v1/auth/verification", json={"token": token, "password": password})


def sign_in(api: Api, email: str, password: str = PASSWORD) -> requests.Response:
    return api.ask("POST", "/v1/auth/token", json={"email": email, "password": password})


def verified(engine: Engine, email: str) -> bool:
    (row,) = rows(engine, "select verified_at is not null as verified from accounts where email = :e", e=email)
    found: bool = row.verified
    return found


def await_refusal(api: Api, access_token: str) -> None:
    until(lambda: api.ask("GET", "/v1/me", token=access_token).status_code == 401, "the token to be refused")


def as_sent(answer: requests.Response) -> tuple[int, dict[str, str], bytes]:
    """Everything that is sent, except what differs between any two requests."""
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in ("date", "x-request-id")}
    return answer.status_code, headers, answer.content


def test_the_answers_do_not_tell_who_exists(api: Api, email: str) -> None:
    known = api.world.emails["customer2"]
    assert as_sent(register(api, email)) == as_sent(register(api, email)) == as_sent(register(api, known))
    assert as_sent(forgotten(api, email)) == as_sent(forgotten(api, f"unknown-{email}"))
    assert forgotten(api, email).status_code == 202


def test_a_mail_has_the_language_of_its_cause(api: Api, mailbox: Mailbox, email: str) -> None:
    register(api, email, **{"Accept-Language": "pt-BR, en;q=0.5"})
    register(api, email, **{"Accept-Language": "de"})
    forgotten(api, email, **{"Accept-Language": "pt" + ",pt" * 100})
    assert [each.language for each in mailbox.to(email)] == ["pt_BR", "en", "en"]


def test_an_address_is_confirmed_once(api: Api, mailbox: Mailbox, engine: Engine, email: str) -> None:
    register(api, email)
    token = mailbox.token(email)
    assert not verified(engine, email)
    assert verify(api, token).status_code == 204
    assert verified(engine, email)
    again = verify(api, token)
    assert (again.status_code, again.json()["type"]) == (410, "/problems/invalid-link")


def test_who_registers_with_the_address_of_somebody_else_gets_no_confirmed_account(
    api: Api, mailbox: Mailbox, engine: Engine, email: str
) -> None:
    """The owner of the address follows the link, and does not know the password that the stranger chose."""
    register(api, email, "chosen by a stranger")
    stranger = sign_in(api, email, "chosen by a stranger").json()
    assert verify(api, mailbox.token(email), "not what was chosen").status_code == 401
    assert not verified(engine, email)
    register(api, email)  # the owner registers, and is told that there is an account
    assert mailbox.to(email)[-1].kind == "account_exists"
    assert reset(api, mailbox.token(email)).status_code == 204
    assert verified(engine, email)
    assert sign_in(api, email, "chosen by a stranger").status_code == 401
    assert sign_in(api, email, OTHER).status_code == 200
    refresh = {"refresh_token": stranger["refresh_token"]}
    assert api.ask("POST", "/v1/auth/refresh", json=refresh).status_code == 401
    first = next(each.token for each in mailbox.to(email) if each.kind == "confirm_address")
    assert verify(api, first, OTHER).status_code == 410, "a reset voids the account's other links"


def test_a_reset_ends_all_sessions_and_is_told_to_the_owner(api: Api, mailbox: Mailbox, email: str) -> None:
    register(api, email)
    here, there = (sign_in(api, email).json() for _ in range(2))
    forgotten(api, email)
    token = mailbox.token(email)
    assert reset(api, token, "short").status_code == 422
    assert [each["field"] for each in reset(api, token, "password1234").json()["errors"]] == ["new_password"]
    assert reset(api, token).status_code == 204, "what was refused did not use the link up"
    assert reset(api, token, f"{OTHER} again").status_code == 410
    assert sign_in(api, email).status_code == 401
    for tokens in (here, there):
        refresh = {"refresh_token": tokens["refresh_token"]}
        assert api.ask("POST", "/v1/auth/refresh", json=refresh).status_code == 401
        await_refusal(api, tokens["access_token"])
    assert sign_in(api, email, OTHER).status_code == 200
    assert mailbox.to(email)[-1].kind == "password_changed"


def test_a_link_is_for_one_purpose_and_one_account(api: Api, mailbox: Mailbox, engine: Engine, email: str) -> None:
    other = f"other-{email}"
    register(api, email)
    register(api, other, OTHER)
    assert reset(api, mailbox.token(email)).status_code == 410, "it is for confirming"
    assert verify(api, mailbox.token(email), OTHER).status_code == 401, "that is the password of another account"
    forgotten(api, email)
    assert verify(api, mailbox.token(email, "reset_password")).status_code == 410
    assert not verified(engine, email)
    confirm(api, mailbox, email)
    assert not verified(engine, other)


@pytest.mark.parametrize(
    "spoiling",
    [
        "update one_time_tokens set expires_at = now() where email = :e",
        "update accounts set email = 'moved-' || email where email = :e",
        "update accounts set active = false where email = :e",
    ],
    ids=["expired", "another address", "disabled"],
)
def test_a_link_that_is_void_changes_nothing(
    api: Api, mailbox: Mailbox, engine: Engine, email: str, spoiling: str
) -> None:
    register(api, email)
    forgotten(api, email)
    change(engine, spoiling, e=email)
    before = rows(engine, "select password_hash, verified_at from accounts where email like :e", e=f"%{email}")
    assert verify(api, mailbox.token(email, "confirm_address")).status_code == 410
    assert reset(api, mailbox.token(email, "reset_password")).status_code == 410
    assert rows(engine, "select password_hash, verified_at from accounts where email like :e", e=f"%{email}") == before


@pytest.mark.parametrize("token", ["", "x", "A" * 44, "é" * 43, "A" * 42 + "\n"])
def test_what_cannot_be_a_token_is_an_invalid_field(api: Api, token: str) -> None:
    for answer in (reset(api, token), verify(api, token)):
        assert answer.status_code == 422
        assert [each["field"] for each in answer.json()["errors"]] == ["token"]
    assert reset(api, "A" * 43).status_code == 410


def test_guesses_of_the_password_at_a_link_are_limited(serve: Serve, mailbox: Mailbox, email: str) -> None:
    strict = serve(guesses_per_hour=2)
    register(strict, email)
    token = mailbox.token(email)
    assert [verify(strict, token, "a guess").status_code for _ in range(3)] == [401, 401, 429]


def test_another_mail_to_confirm(api: Api, mailbox: Mailbox, email: str) -> None:
    register(api, email)
    access = sign_in(api, email).json()["access_token"]

    def send() -> int:
        status: int = api.ask("POST", "/v1/me/verification", token=access).status_code
        return status

    assert send() == 202
    assert [each.kind for each in mailbox.to(email)] == ["confirm_address"] * 2
    confirm(api, mailbox, email)
    assert send() == 202
    assert len(mailbox.to(email)) == 2, "it is confirmed"


def test_a_platform_may_take_orders_of_everyone(serve: Serve, email: str) -> None:
    lenient = serve(require_verified=False)
    register(lenient, email)
    access = sign_in(lenient, email).json()["access_token"]
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    answer = lenient.ask("POST", "/v1/orders", token=access, json=lenient.order_body(), headers=headers)
    assert answer.status_code == 202


def test_the_audit_log_has_no_address(api: Api, mailbox: Mailbox, engine: Engine, email: str) -> None:
    register(api, email)
    forgotten(api, email)
    forgotten(api, f"unknown-{email}")
    reset(api, mailbox.token(email))
    recent: list[Any] = list(rows(engine, "select * from audit_log order by number desc limit 20"))
    actions = [row.action for row in recent]
    assert {"account.registered", "account.mail_asked", "account.password_reset"} <= set(actions)
    assert email not in str(recent)
