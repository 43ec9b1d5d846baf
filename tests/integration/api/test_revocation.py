"""A revoked access token is refused by every process within the bound, whatever revoked it, and no other token is."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import requests
from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.domain.client import Client
from pedidos.storage.accounts import administration
from pedidos.storage.accounts.accounts import Account, by_email, by_id
from pedidos.storage.accounts.sessions import Lives, open_session
from tests.support.api import PASSWORD, Api, Serve
from tests.support.tables import change
from tests.support.waiting import until
from tests.support.wire import Wire, wire_to

OPERATOR = Who(local_user="tests")
BOUND_SECONDS = 2.0
BUSY_SECONDS = 8.0
"""Beyond the bound, for a machine that is busy. Without a list, a token would be accepted for 900 s."""


@pytest.fixture(scope="module")
def other(serve: Serve) -> Api:
    """A second api process. It hears of a revocation from PostgreSQL alone."""
    return serve()


@pytest.fixture
def email(api: Api, engine: Engine) -> str:
    """The address of a new customer, who has confirmed it."""
    address = f"{uuid.uuid4().hex}@pedidos.example"
    assert api.ask("POST", "/v1/accounts", json={"email": address, "name": "Eva", "password": PASSWORD}).ok
    assert change(engine, "update accounts set verified_at = now() where email = :e", e=address) == 1
    return address


def sign_in(api: Api, email: str) -> dict[str, Any]:
    answer = api.ask("POST", "/v1/auth/token", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def refresh(api: Api, tokens: dict[str, Any], **headers: str) -> requests.Response:
    return api.ask("POST", "/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}, headers=headers)


def order(api: Api, tokens: dict[str, Any]) -> requests.Response:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    return api.ask("POST", "/v1/orders", token=tokens["access_token"], json=api.order_body(), headers=key)


def refused(api: Api, tokens: dict[str, Any]) -> bool:
    """Whether an order with this access token is refused because the token is revoked."""
    answer = order(api, tokens)
    if answer.status_code == 202:
        return False
    assert answer.status_code == 401, answer.text
    # Before that, PostgreSQL refuses an order of an account that is deleted.
    return 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def await_refusal(api: Api, tokens: dict[str, Any]) -> None:
    until(lambda: refused(api, tokens), "the token to be refused", BOUND_SECONDS + BUSY_SECONDS)


def account_of(engine: Engine, email: str) -> Account:
    account = by_email(engine, email)
    assert account is not None
    return account


Revoke = Callable[[Api, Engine, str, dict[str, Any]], object]


def sign_out(api: Api, _engine: Engine, _email: str, tokens: dict[str, Any]) -> None:
    body = {"refresh_token": tokens["refresh_token"]}
    assert api.ask("POST", "/v1/auth/logout", json=body).status_code == 204


def reuse(api: Api, _engine: Engine, _email: str, tokens: dict[str, Any]) -> None:
    assert refresh(api, tokens).status_code == 200
    assert refresh(api, tokens, **{"User-Agent": "a thief"}).status_code == 401


def by_hand(statement: str) -> Revoke:
    def run(_api: Api, engine: Engine, email: str, _tokens: dict[str, Any]) -> None:
        with engine.begin() as connection:
            assert connection.exec_driver_sql(statement, {"email": email}).rowcount == 1

    return run


def demote(_api: Api, engine: Engine, email: str, _tokens: dict[str, Any]) -> None:
    administration.set_role(engine, email, "operator", None, OPERATOR)


def erase(api: Api, _engine: Engine, _email: str, tokens: dict[str, Any]) -> None:
    answer = api.ask("POST", "/v1/me/erasure", token=tokens["access_token"], json={"password": PASSWORD})
    assert answer.status_code == 204, answer.text


WAYS: dict[str, Revoke] = {
    "sign-out": sign_out,
    "reuse of a refresh token": reuse,
    "accounts disable": lambda _api, engine, email, _tokens: administration.disable(engine, email, OPERATOR),
    "accounts role": demote,
    "erasure": erase,
    "disabled by hand": by_hand("update accounts set active = false where email = %(email)s"),
    "demoted by hand": by_hand("update accounts set role = 'operator' where email = %(email)s"),
    "deleted by hand": by_hand("delete from accounts where email = %(email)s"),
}


@pytest.mark.parametrize("revoke", WAYS.values(), ids=WAYS)
def test_no_process_accepts_the_token_any_more(
    api: Api, other: Api, engine: Engine, email: str, revoke: Revoke
) -> None:
    tokens = sign_in(api, email)
    assert other.ask("GET", "/v1/me", token=tokens["access_token"]).status_code == 200
    revoke(api, engine, email, tokens)
    for process in (other, api):
        await_refusal(process, tokens)


def test_the_sign_out_of_a_session_leaves_the_others_alone(api: Api, other: Api, email: str) -> None:
    ended, kept = sign_in(api, email), sign_in(api, email)
    renewed = refresh(api, ended).json()
    sign_out(api, None, email, renewed)  # type: ignore[arg-type]  # it needs no engine
    for tokens in (ended, renewed):
        await_refusal(other, tokens)
    assert order(other, kept).status_code == 202
    assert refresh(other, kept).status_code == 200


def test_a_new_role_needs_a_new_token_and_no_new_sign_in(api: Api, other: Api, engine: Engine, email: str) -> None:
    customer = sign_in(api, email)
    administration.set_role(engine, email, "merchant", api.world.merchant, OPERATOR)
    await_refusal(other, customer)
    merchant = refresh(api, customer).json()
    me = other.ask("GET", "/v1/me", token=merchant["access_token"]).json()
    assert me["merchant_id"] == str(api.world.merchant)
    administration.set_role(engine, email, "customer", None, OPERATOR)
    until(
        lambda: other.ask("GET", "/v1/me", token=merchant["access_token"]).status_code == 401,
        "the merchant's token to be refused",
        BOUND_SECONDS + BUSY_SECONDS,
    )
    assert order(other, refresh(api, merchant).json()).status_code == 202


def test_an_account_that_is_enabled_again_signs_in_and_its_old_tokens_stay_void(
    api: Api, other: Api, engine: Engine, email: str
) -> None:
    old = sign_in(api, email)
    administration.disable(engine, email, OPERATOR)
    administration.enable(engine, email, OPERATOR)
    await_refusal(other, old)
    assert order(other, sign_in(api, email)).status_code == 202
    assert refused(other, old)


def test_a_token_of_before_the_upgrade_is_void_too(
    other: Api, engine: Engine, email: str, sign_old: Callable[[uuid.UUID], str]
) -> None:
    """It names neither a session nor a version."""
    old = {"access_token": sign_old(account_of(engine, email).id)}
    assert order(other, old).status_code == 202
    administration.disable(engine, email, OPERATOR)
    await_refusal(other, old)


def test_a_sign_in_that_does_not_know_of_a_change_opens_no_session(engine: Engine, api: Api, email: str) -> None:
    """The account was read, and its password checked, before the change."""
    del api  # which registered the account
    read = account_of(engine, email)
    administration.disable(engine, email, OPERATOR)
    administration.enable(engine, email, OPERATOR)
    with engine.begin() as connection:
        opened = open_session(connection, uuid.uuid4(), read.id, read.version, Client("", ""), Lives(60, 60, 60))
    assert opened is None


def test_an_end_waits_for_a_refresh_and_revokes_its_token_too(
    api: Api, other: Api, engine: Engine, email: str, database_url: str
) -> None:
    """Whichever comes first, no token of the session is left."""
    tokens = sign_in(api, email)
    account = account_of(engine, email)
    with psycopg.connect(database_url) as holding:
        holding.execute("select from sessions where account_id = %s for no key update", [account.id])
        answer = refresh(api, tokens)
        assert answer.status_code == 503  # held
    renewed = refresh(api, tokens).json()
    administration.disable(engine, email, OPERATOR)
    for each in (tokens, renewed):
        await_refusal(other, each)
    assert refresh(api, renewed).status_code == 401


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    with wire_to(database_url) as made:
        yield made


def test_while_postgresql_is_away_what_is_revoked_stays_so_and_what_comes_later_counts_when_it_is_back(
    api: Api, serve: Serve, engine: Engine, wire: Wire, email: str
) -> None:
    far = serve(database_url=wire.url)
    revoked, kept, revoked_meanwhile = (sign_in(api, email) for _ in range(3))
    sign_out(api, engine, email, revoked)
    await_refusal(far, revoked)
    wire.refuse()
    assert order(far, kept).status_code == 503
    sign_out(api, engine, email, revoked_meanwhile)
    assert refused(far, revoked)
    wire.heal()
    until(lambda: order(far, kept).status_code == 202, "an order")
    await_refusal(far, revoked_meanwhile)
    assert order(far, kept).status_code == 202


def test_a_process_that_has_never_read_the_list_accepts_no_token(
    api: Api, serve: Serve, engine: Engine, wire: Wire, email: str
) -> None:
    revoked, kept = sign_in(api, email), sign_in(api, email)
    sign_out(api, engine, email, revoked)
    wire.refuse()
    far = serve(database_url=wire.url)
    for tokens in (revoked, kept):
        answer = far.ask("GET", "/v1/me", token=tokens["access_token"])
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    wire.heal()
    until(lambda: order(far, kept).status_code == 202, "an order")
    assert refused(far, revoked)


def test_a_process_that_starts_reads_what_was_revoked_before(
    api: Api, serve: Serve, engine: Engine, email: str
) -> None:
    revoked = sign_in(api, email)
    sign_out(api, engine, email, revoked)
    assert refused(serve(), revoked)


def test_a_sign_out_of_a_session_whose_tokens_have_expired_needs_no_entry(api: Api, engine: Engine, email: str) -> None:
    tokens = sign_in(api, email)
    account = account_of(engine, email)
    with engine.begin() as connection:
        aged = "update sessions set tokens_until = now() where account_id = %(id)s returning id"
        session_id = connection.exec_driver_sql(aged, {"id": account.id}).scalar_one()
    sign_out(api, engine, email, tokens)
    with engine.begin() as connection:
        listed = "select count(*) from revocations where subject = %(id)s"
        assert connection.exec_driver_sql(listed, {"id": session_id}).scalar_one() == 0
    assert by_id(engine, account.id) is not None
