"""Signing in, refreshing, signing out, registering; and the limits on attempts."""

import statistics
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import psycopg
import pytest
import requests
from argon2 import PasswordHasher

from pedidos.http.edge import KEY_HEADER
from pedidos.security.refreshing import kept
from pedidos.settings.groups.identity import TokenSettings
from tests.support.api import EDGE_KEY, PASSWORD, Api, Serve, seen_by_edge
from tests.support.mailbox import Mailbox, confirm
from tests.support.waiting import until

GRACE_SECONDS = TokenSettings.model_fields["refresh_grace_seconds"].default
REFUSED = "/problems/invalid-refresh-token"


def refresh(api: Api, token: str, **headers: str) -> requests.Response:
    """As the edge passes it on."""
    sent = {KEY_HEADER: EDGE_KEY, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return api.ask("POST", "/v1/auth/refresh", json={"refresh_token": token}, headers=sent)


def age(database_url: str, token: str, seconds: float) -> None:
    """Makes the token look as if it had been replaced `seconds` earlier."""
    with psycopg.connect(database_url) as connection:
        aged = connection.execute(
            "update refresh_tokens set replaced_at = replaced_at - make_interval(secs => %s) where token_hash = %s",
            [seconds, kept(token)],
        )
        assert aged.rowcount == 1


def test_the_access_token_says_what_it_must(api: Api) -> None:
    tokens = api.sign_in("merchant")
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 900
    header = jwt.get_unverified_header(tokens["access_token"])
    assert (header["alg"], header["typ"]) == ("EdDSA", "at+jwt")
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    of_the_account = {"sub", "role", "merchant_id", "account_version", "sid"}
    assert {"iss", "aud", "client_id", "iat", "exp", "jti"} | of_the_account == set(claims)
    assert claims["exp"] - claims["iat"] == 900


def test_the_caller_reads_its_own_account(api: Api) -> None:
    me = api.ask("GET", "/v1/me", who="merchant").json()
    assert me["id"] == str(api.world.accounts["merchant"])
    assert (me["role"], me["merchant_id"]) == ("merchant", str(api.world.merchant))
    assert "password_hash" not in me


def test_the_email_address_is_taken_in_any_case(api: Api) -> None:
    credentials = {"email": api.world.emails["customer"].upper(), "password": PASSWORD}
    assert api.ask("POST", "/v1/auth/token", json=credentials).status_code == 200


def test_an_unknown_account_and_a_wrong_password_look_the_same(api: Api) -> None:
    def attempt(email: str) -> tuple[dict[str, Any], float]:
        began = time.perf_counter()
        answer = api.ask("POST", "/v1/auth/token", json={"email": email, "password": "not the password"})
        seconds = time.perf_counter() - began
        assert answer.status_code == 401
        problem = answer.json()
        problem.pop("request_id")
        return problem, seconds

    known, unknown = api.world.emails["customer"], "nobody@pedidos.example"
    pairs = [(attempt(known), attempt(unknown)) for _ in range(9)]
    assert all(one[0] == other[0] for one, other in pairs)
    here = statistics.median(one[1] for one, _ in pairs)
    there = statistics.median(other[1] for _, other in pairs)
    # Without a hash that is always checked, an unknown address would take a tenth of the time.
    assert there > here / 2


def test_an_inactive_account_cannot_sign_in_nor_refresh(api: Api, database_url: str) -> None:
    email = f"{uuid.uuid4().hex}@pedidos.example"
    registered = {"email": email, "name": "Rui", "password": PASSWORD}
    assert api.ask("POST", "/v1/accounts", json=registered).status_code == 202
    tokens = api.ask("POST", "/v1/auth/token", json={"email": email, "password": PASSWORD}).json()
    with psycopg.connect(database_url) as connection:
        connection.execute("update accounts set active = false where email = %s", [email])
    assert api.ask("POST", "/v1/auth/token", json={"email": email, "password": PASSWORD}).status_code == 401
    assert refresh(api, tokens["refresh_token"]).status_code == 401
    assert api.ask("GET", "/v1/me", token=tokens["access_token"]).status_code == 401


def test_each_refresh_token_is_good_for_one_use(api: Api) -> None:
    first = api.sign_in("customer")
    second = refresh(api, first["refresh_token"]).json()
    third = refresh(api, second["refresh_token"])
    assert third.status_code == 200
    assert api.ask("GET", "/v1/me", token=third.json()["access_token"]).status_code == 200


def test_a_token_used_again_ends_the_session(api: Api, database_url: str) -> None:
    first = api.sign_in("customer")
    other_session = api.sign_in("customer")
    second = refresh(api, first["refresh_token"]).json()
    age(database_url, first["refresh_token"], GRACE_SECONDS)
    reuse = refresh(api, first["refresh_token"])
    assert (reuse.status_code, reuse.json()["type"]) == (401, REFUSED)
    assert refresh(api, second["refresh_token"]).status_code == 401
    assert refresh(api, other_session["refresh_token"]).status_code == 200


@pytest.mark.parametrize("of_another", [{"X_Forwarded_For": "192.0.2.66"}, {"User_Agent": "another"}])
def test_a_token_used_again_by_another_client_ends_the_session_at_once(api: Api, of_another: dict[str, str]) -> None:
    first = api.sign_in("customer")["refresh_token"]
    second = refresh(api, first).json()["refresh_token"]
    assert refresh(api, first, **of_another).status_code == 401
    assert refresh(api, second).status_code == 401


def test_a_stolen_token_used_first_ends_the_session_when_its_owner_comes(api: Api) -> None:
    first = api.sign_in("customer")["refresh_token"]
    of_the_thief = refresh(api, first, X_Forwarded_For="192.0.2.66").json()["refresh_token"]
    assert refresh(api, first).status_code == 401
    assert refresh(api, of_the_thief, X_Forwarded_For="192.0.2.66").status_code == 401


def test_parallel_uses_all_get_the_token_that_is_live(api: Api) -> None:
    token = api.sign_in("customer")["refresh_token"]
    for _ in range(3):
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _, sent=token: refresh(api, sent), range(8)))
        assert [answer.status_code for answer in answers] == [200] * 8
        (token,) = {answer.json()["refresh_token"] for answer in answers}
    assert refresh(api, token).status_code == 200


def test_a_late_repeat_gets_the_token_that_is_live_by_then(api: Api) -> None:
    first = api.sign_in("customer")["refresh_token"]
    second = refresh(api, first).json()["refresh_token"]
    third = refresh(api, second).json()["refresh_token"]
    repeated = refresh(api, first).json()
    assert repeated["refresh_token"] == third
    assert api.ask("GET", "/v1/me", token=repeated["access_token"]).status_code == 200


def test_a_repeat_opens_no_session_that_was_ended(api: Api) -> None:
    first = api.sign_in("customer")["refresh_token"]
    second = refresh(api, first).json()["refresh_token"]
    api.ask("POST", "/v1/auth/logout", json={"refresh_token": second})
    assert refresh(api, first).status_code == 401


def test_a_sign_out_during_a_refresh_ends_what_comes_of_it_too(api: Api, database_url: str) -> None:
    first = api.sign_in("customer")["refresh_token"]
    successor = "s" * 43
    with psycopg.connect(database_url) as refreshing, ThreadPoolExecutor(1) as pool:
        # What a refresh does, held just before its commit.
        refreshing.execute("update refresh_tokens set replaced_at = now() where token_hash = %s", [kept(first)])
        refreshing.execute(
            "insert into refresh_tokens (token_hash, family_id, account_id, expires_at)"
            " select %s, family_id, account_id, expires_at from refresh_tokens where token_hash = %s",
            [kept(successor), kept(first)],
        )
        signed_out = pool.submit(api.ask, "POST", "/v1/auth/logout", json={"refresh_token": first})
        waits = "select from pg_locks where not granted and %s = any(pg_blocking_pids(pid))"
        with psycopg.connect(database_url, autocommit=True) as watching:
            until(
                lambda: watching.execute(waits, [refreshing.info.backend_pid]).fetchone() is not None,
                "the refresh to wait",
            )
        refreshing.commit()
        assert signed_out.result(10).status_code == 204
    assert refresh(api, successor).status_code == 401


def test_an_expired_refresh_token_is_refused(api: Api, database_url: str) -> None:
    token = api.sign_in("customer2")["refresh_token"]
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update refresh_tokens set expires_at = now() where account_id = %s", [api.world.accounts["customer2"]]
        )
    assert refresh(api, token).json()["type"] == REFUSED


def test_refresh_tokens_are_not_kept_as_they_are(api: Api, database_url: str) -> None:
    token = api.sign_in("customer")["refresh_token"]
    with psycopg.connect(database_url) as connection:
        kept = connection.execute("select token_hash from refresh_tokens").fetchall()
    assert token.encode() not in {bytes(row[0]) for row in kept}
    assert all(len(row[0]) == 32 for row in kept)


def test_signing_out_ends_the_session_and_may_be_repeated(api: Api) -> None:
    token = api.sign_in("customer")["refresh_token"]
    for _ in range(2):
        answer = api.ask("POST", "/v1/auth/logout", json={"refresh_token": token})
        assert (answer.status_code, answer.content) == (204, b"")
    assert refresh(api, token).status_code == 401


def test_a_customer_registers_confirms_the_address_and_orders(api: Api, mailbox: Mailbox) -> None:
    email = f"Maria.{uuid.uuid4().hex}@Pedidos.example"
    account = {"email": email, "name": "María Souza", "password": "quatro palavras ao acaso"}
    assert api.ask("POST", "/v1/accounts", json=account).status_code == 202
    tokens = api.ask("POST", "/v1/auth/token", json={"email": email, "password": account["password"]}).json()
    own = api.ask("GET", "/v1/me", token=tokens["access_token"]).json()
    assert (own["role"], own["email"], own["verified_at"]) == ("customer", email.lower(), None)

    def order() -> requests.Response:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return api.ask("POST", "/v1/orders", token=tokens["access_token"], json=api.order_body(), headers=headers)

    assert (order().status_code, order().json()["type"]) == (403, "/problems/address-not-confirmed")
    confirm(api, mailbox, email.lower(), account["password"])
    tokens = refresh(api, tokens["refresh_token"]).json()
    assert order().status_code == 202


def test_a_password_is_the_same_on_every_keyboard(api: Api) -> None:
    email = f"{uuid.uuid4().hex}@pedidos.example"
    composed, decomposed = "maçã e pão de açúcar", "mac\u0327a\u0303 e pa\u0303o de ac\u0327u\u0301car"
    account = {"email": email, "name": "Eva", "password": decomposed}
    assert api.ask("POST", "/v1/accounts", json=account).status_code == 202
    for each in (composed, decomposed, composed.replace(" ", "\u00a0")):
        assert api.ask("POST", "/v1/auth/token", json={"email": email, "password": each}).status_code == 200
    assert (
        api.ask("POST", "/v1/auth/token", json={"email": email, "password": "maca e pao de acucar"}).status_code == 401
    )


def test_a_password_from_before_stays_good_and_becomes_the_same_on_every_keyboard(api: Api, database_url: str) -> None:
    composed, decomposed = "maçã e pão de açúcar", "mac\u0327a\u0303 e pa\u0303o de ac\u0327u\u0301car"
    email = f"{uuid.uuid4().hex}@pedidos.example"
    assert api.ask("POST", "/v1/accounts", json={"email": email, "name": "Eva", "password": PASSWORD}).ok
    with psycopg.connect(database_url) as connection:
        old = PasswordHasher().hash(decomposed)
        connection.execute("update accounts set password_hash = %s where email = %s", [old, email])

    def sign_in(password: str) -> int:
        status: int = api.ask("POST", "/v1/auth/token", json={"email": email, "password": password}).status_code
        return status

    assert [sign_in(each) for each in (composed, decomposed, composed, decomposed)] == [401, 200, 200, 200]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a b@pedidos.example"}, "email"),
        ({"email": "é@pedidos.example"}, "email"),
        ({"email": "İ@pedidos.example"}, "email"),
        ({"email": "x" * 250 + "@pedidos.example"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": "x" * 60_000}, "password"),
        ({"password": "a tab\tin the middle"}, "password"),
        ({"password": "a\u0301" * 11}, "password"),  # eleven characters, however many are sent
        ({"password": "password1234"}, "password"),
        ({"password": "QwertyUiop123"}, "password"),
        ({"email": "maria.souza@pedidos.example", "password": "Maria.Souza@pedidos.example"}, "password"),
        ({"email": "maria.souza@pedidos.example", "password": "maria.souza!2026"}, "password"),
        ({"role": "operator"}, "role"),
    ],
)
def test_a_registration_that_makes_no_sense_is_refused(api: Api, change: dict[str, object], field: str) -> None:
    account = {"email": "x@pedidos.example", "name": "X", "password": "long enough for this"} | change
    answer = api.ask("POST", "/v1/accounts", json=account)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_guesses_from_many_addresses_are_limited_and_the_owner_is_not_locked_out(serve: Serve) -> None:
    api = serve(guesses_per_hour=5)
    right = {"email": api.world.emails["customer2"], "password": PASSWORD}

    def sign_in(address: str, **changes: str) -> int:
        headers = seen_by_edge(address)
        return api.ask("POST", "/v1/auth/token", json=right | changes, headers=headers).status_code

    assert sign_in("2001:db8:1:1::7") == 200
    guessed = [sign_in(f"192.0.2.{number}", password="a guess") for number in range(8)]
    assert guessed == [401] * 5 + [429] * 3
    # The right password tells a stranger nothing either. The owner is near one of their sessions.
    assert sign_in("192.0.2.100") == 429
    assert sign_in("2001:db8:1:1::8") == 200
    # It is the same for an account that does not exist, and other accounts are not affected.
    unknown = {"email": f"{uuid.uuid4().hex}@pedidos.example"}
    assert [sign_in(f"192.0.2.{number}", **unknown) for number in range(6)] == [401] * 5 + [429]
    assert sign_in("192.0.2.1", email=api.world.emails["merchant"]) == 200


@pytest.mark.parametrize("key", [{}, {KEY_HEADER: "made-up"}])
def test_who_is_not_the_edge_cannot_name_a_client(serve: Serve, key: dict[str, str]) -> None:
    strict = serve(sign_in_limit="3 per minute")
    wrong = {"email": "nobody@pedidos.example", "password": "x"}
    statuses = [
        strict.ask(
            "POST", "/v1/auth/token", json=wrong, headers={**key, "X-Forwarded-For": f"192.0.2.{number}"}
        ).status_code
        for number in range(5)
    ]
    assert statuses == [401, 401, 401, 429, 429]


def test_too_many_attempts_from_one_address_are_refused(serve: Serve) -> None:
    strict = serve(sign_in_limit="3 per minute")
    wrong = {"email": "nobody@pedidos.example", "password": "x"}

    def attempt(address: str) -> requests.Response:
        return strict.ask("POST", "/v1/auth/token", json=wrong, headers=seen_by_edge(address))

    assert [attempt("192.0.2.1").status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    refused = attempt("192.0.2.1")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 61  # the end of the minute, rounded up
    # Another address is not affected; an address that the client made up is ignored.
    assert attempt("192.0.2.2").status_code == 401
    assert attempt("198.51.100.7, 192.0.2.1").status_code == 429
    # The addresses of a network of IPv6 are one client.
    assert [attempt(f"2001:db8::{number}").status_code for number in range(4)] == [401, 401, 401, 429]
    assert attempt("2001:db8:0:1::1").status_code == 401
    # Requests without a limit are not affected either.
    assert strict.ask("GET", "/v1/merchants", headers=seen_by_edge("192.0.2.1")).status_code == 200


def test_a_session_ends_however_much_it_is_used(api: Api, database_url: str) -> None:
    tokens = api.sign_in("customer2")
    account = api.world.accounts["customer2"]
    with psycopg.connect(database_url) as connection:
        # A minute before its end.
        connection.execute(
            "update sessions set created_at = now() - interval '30 days' + interval '60 s', expires_at = now() +"
            " interval '60 s', ends_at = now() + interval '60 s' where account_id = %s",
            [account],
        )
    renewed = refresh(api, tokens["refresh_token"]).json()
    assert renewed["expires_in"] <= 60
    claims = jwt.decode(renewed["access_token"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == renewed["expires_in"]
    with psycopg.connect(database_url) as connection:
        life = connection.execute(
            "select bool_and(expires_at = ends_at and ends_at <= now() + interval '60 s') from sessions"
            " where account_id = %s",
            [account],
        ).fetchone()
        assert life == (True,)
        connection.execute("update sessions set expires_at = now(), ends_at = now() where account_id = %s", [account])
    assert refresh(api, renewed["refresh_token"]).json()["type"] == REFUSED
