"""Streams of browsers, which have the cookie of a session in place of a token."""

import secrets

import psycopg
import pytest
import requests

from pedidos.http.authentication import SESSION_COOKIE
from pedidos.security.refreshing import kept
from tests.support.processes import LiveFactory, LiveProcess

SESSION = (
    "with account as (insert into accounts (email, name, role, password_hash)"
    " values (gen_random_uuid() || '@example.org', 'Ana', %(role)s, '') returning id)"
    " insert into sessions (id, account_id, expires_at, ends_at, cookie_hash)"
    " select gen_random_uuid(), id, now() + interval '1 hour', now() + interval '1 hour', %(hash)s from account"
)
FACTOR = (
    "insert into second_factors (account_id, secret, confirmed_at)"
    " select account_id, %(secret)s, now() from sessions where cookie_hash = %(hash)s"
)


def session(database_url: str, role: str, *, factor: bool = False) -> str:
    """The cookie of a new account's session. factor: the account has a second factor."""
    cookie = secrets.token_urlsafe(32)
    with psycopg.connect(database_url) as connection:
        values = {"role": role, "hash": kept(cookie), "secret": b"s" * 60}
        connection.execute(SESSION, values)
        if factor:
            connection.execute(FACTOR, values)
    return cookie


def opened(server: LiveProcess, cookie: str) -> tuple[int, str]:
    """The status, and the problem if it is one."""
    with requests.get(
        server.own(), headers={"Cookie": f"{SESSION_COOKIE}={cookie}"}, stream=True, timeout=20
    ) as answer:
        return answer.status_code, "" if answer.ok else answer.json()["type"]


@pytest.mark.usefixtures("relay")
def test_an_operator_without_the_second_factor_that_is_needed_sees_nothing(
    live_server: LiveFactory, database_url: str
) -> None:
    strict, lenient = live_server(operators_second_factor="always"), live_server()
    without = session(database_url, "operator")
    assert opened(strict, without) == (403, "/problems/second-factor-missing")
    assert opened(lenient, without) == (200, "")
    assert opened(strict, session(database_url, "operator", factor=True)) == (200, "")
    assert opened(strict, session(database_url, "customer")) == (200, "")
    assert opened(strict, "A" * 43) == (401, "/problems/unauthenticated")
