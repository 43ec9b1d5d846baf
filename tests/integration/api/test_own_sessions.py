"""An owner sees its sessions and ends them, and changes its password; no other account can."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.storage.accounts.accounts import by_email, change_password
from pedidos.storage.accounts.sessions import MAX_USER_AGENT
from tests.support.api import PASSWORD, Api, Serve, seen_by_edge
from tests.support.waiting import until

OTHER = "four words by chance"


@pytest.fixture
def email(api: Api) -> str:
    """The address of a new customer."""
    address = f"{uuid.uuid4().hex}@pedidos.example"
    assert api.ask("POST", "/v1/accounts", json={"email": address, "name": "Rui", "password": PASSWORD}).ok
    return address


def try_sign_in(api: Api, email: str, password: str = PASSWORD, **headers: str) -> requests.Response:
    return api.ask("POST", "/v1/auth/token", json={"email": email, "password": password}, headers=headers)


def sign_in(api: Api, email: str, password: str = PASSWORD, **headers: str) -> dict[str, Any]:
    answer = try_sign_in(api, email, password, **headers)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def refresh(api: Api, tokens: dict[str, Any], **headers: str) -> requests.Response:
    return api.ask("POST", "/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}, headers=headers)


def listed(api: Api, tokens: dict[str, Any]) -> list[dict[str, Any]]:
    answer = api.ask("GET", "/v1/sessions", token=tokens["access_token"])
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def change(api: Api, tokens: dict[str, Any], password: str, new: str) -> requests.Response:
    body = {"password": password, "new_password": new}
    return api.ask("POST", "/v1/me/password", token=tokens["access_token"], json=body)


def await_refusal(api: Api, tokens: dict[str, Any]) -> None:
    until(
        lambda: api.ask("GET", "/v1/sessions", token=tokens["access_token"]).status_code == 401,
        "the token to be refused",
    )


def test_the_list_says_where_and_when_and_which_one_asks(api: Api, email: str) -> None:
    phone = sign_in(api, email, **{"User-Agent": "a phone"}, **seen_by_edge("192.0.2.7"))
    here = sign_in(api, email, **{"User-Agent": "x" * 500})
    first, second = listed(api, here)
    assert (first["current"], second["current"]) == (True, False)
    assert first["user_agent"] == "x" * MAX_USER_AGENT
    assert (second["user_agent"], second["address"]) == ("a phone", "192.0.2.7")
    assert second["created_at"] == second["last_used_at"] < second["expires_at"] < second["ends_at"]
    refresh(api, phone, **{"User-Agent": "a phone"}, **seen_by_edge("192.0.2.8"))
    first, second = listed(api, here)
    assert (first["address"], first["current"]) == ("192.0.2.8", False)
    assert first["created_at"] < first["last_used_at"]


def test_the_owner_ends_one_and_no_other_account_can(api: Api, email: str) -> None:
    here, there = sign_in(api, email), sign_in(api, email)
    (session,) = (each for each in listed(api, here) if not each["current"])
    path = f"/v1/sessions/{session['id']}"
    for who in ("customer", "merchant", "operator"):
        assert api.ask("DELETE", path, who=who).status_code == 404
    assert len(listed(api, here)) == 2
    assert api.ask("DELETE", path, token=here["access_token"]).status_code == 204
    assert api.ask("DELETE", path, token=here["access_token"]).status_code == 404
    assert [each["current"] for each in listed(api, here)] == [True]
    assert refresh(api, there).status_code == 401
    await_refusal(api, there)
    assert refresh(api, here).status_code == 200


def test_the_owner_ends_all_others(api: Api, email: str) -> None:
    here, *others = (sign_in(api, email) for _ in range(3))
    stranger = api.sign_in("customer")
    for _ in range(2):
        assert api.ask("DELETE", "/v1/sessions", token=here["access_token"]).status_code == 204
    assert [each["current"] for each in listed(api, here)] == [True]
    for each in others:
        assert refresh(api, each).status_code == 401
        await_refusal(api, each)
    assert refresh(api, here).status_code == 200
    assert refresh(api, stranger).status_code == 200


def test_an_expired_session_is_not_listed(api: Api, engine: Engine, email: str) -> None:
    here = sign_in(api, email)
    sign_in(api, email)
    (session,) = (each for each in listed(api, here) if not each["current"])
    with engine.begin() as connection:
        connection.exec_driver_sql("update sessions set expires_at = now() where id = %(id)s", session)
    assert [each["current"] for each in listed(api, here)] == [True]
    assert api.ask("DELETE", f"/v1/sessions/{session['id']}", token=here["access_token"]).status_code == 404


def test_a_new_password_ends_the_other_sessions(api: Api, email: str) -> None:
    here, there = sign_in(api, email), sign_in(api, email)
    assert change(api, here, PASSWORD, OTHER).status_code == 204
    await_refusal(api, there)
    assert refresh(api, there).status_code == 401
    assert try_sign_in(api, email).status_code == 401
    sign_in(api, email, OTHER)
    assert api.ask("GET", "/v1/me", token=here["access_token"]).status_code == 200
    assert refresh(api, here).status_code == 200


def test_a_stolen_access_token_does_not_change_the_password(api: Api, email: str) -> None:
    here, there = sign_in(api, email), sign_in(api, email)
    refused = change(api, here, "not the password", OTHER)
    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/wrong-credentials")
    assert refresh(api, there).status_code == 200
    sign_in(api, email)


def test_guesses_of_a_password_that_is_asked_for_again_are_limited(serve: Serve, email: str) -> None:
    """With a stolen access token, from a network that the account has no session from."""
    strict = serve(guesses_per_hour=2)
    here = sign_in(strict, email)

    def attempt(path: str, **body: str) -> int:
        headers = seen_by_edge("192.0.2.66")
        answer = strict.ask("POST", path, token=here["access_token"], json={"password": "no"} | body, headers=headers)
        status: int = answer.status_code
        return status

    assert [attempt("/v1/me/password", new_password=OTHER) for _ in range(3)] == [401, 401, 429]
    assert attempt("/v1/me/erasure") == 429
    assert change(strict, here, PASSWORD, OTHER).status_code == 204, "the owner, where the session is used"


@pytest.mark.parametrize("new", ["short", "password1234", "a tab\tin the middle", "rui pedidos 2026", "x" * 129])
def test_the_rules_of_a_registration_apply(api: Api, email: str, new: str) -> None:
    here = sign_in(api, email)
    refused = change(api, here, PASSWORD, new)
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == ["new_password"]
    sign_in(api, email)


def test_of_two_changes_at_once_one_counts(api: Api, email: str) -> None:
    here = sign_in(api, email)
    new = [f"{OTHER} {number}" for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda each: change(api, here, PASSWORD, each).status_code, new))
    assert answers.count(204) == 1
    assert set(answers) <= {204, 401, 503}
    accepted = [each for each in new if try_sign_in(api, email, each).status_code == 200]
    assert accepted == [new[answers.index(204)]]


def test_a_sign_in_with_the_old_password_that_crosses_the_change_opens_no_session(
    api: Api, engine: Engine, email: str
) -> None:
    sign_in(api, email)
    account = by_email(engine, email)
    assert account is not None
    with engine.connect() as changing, changing.begin():
        # The sign-in has read the account and verified the password, and now waits for its row.
        changing.exec_driver_sql("update accounts set version = version + 1 where id = %(id)s", {"id": account.id})
        assert try_sign_in(api, email).status_code == 503
    assert not change_password(engine, account, "!", Who(), "en")
