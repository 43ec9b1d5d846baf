"""Migrations 0021 and 0022: accounts that are there can order as before, also those of a process of before."""

from sqlalchemy import Engine

from pedidos.storage.accounts.accounts import by_email
from pedidos.storage.accounts.cookie_sessions import find
from pedidos.storage.migrations import migrate
from tests.support.tables import change, rows

BEFORE = "0020"
ADD = "insert into accounts (email, name, role, password_hash) values (:email, 'Ana', 'customer', '!')"


def test_their_addresses_count_as_confirmed(empty: Engine) -> None:
    migrate(empty, BEFORE)
    change(empty, ADD, email="earlier@pedidos.example")
    migrate(empty)
    change(empty, ADD, email="of-before@pedidos.example")
    for email in ("earlier@pedidos.example", "of-before@pedidos.example"):
        account = by_email(empty, email)
        assert account is not None
        assert account.verified_at is not None, email


def test_a_browsers_session_of_before_is_found(empty: Engine) -> None:
    migrate(empty, BEFORE)
    change(empty, ADD, email="earlier@pedidos.example")
    change(
        empty,
        "insert into sessions (id, account_id, expires_at, ends_at, cookie_hash)"
        " select gen_random_uuid(), id, now() + interval '1 day', now() + interval '1 day', :hash from accounts"
        " where email = 'earlier@pedidos.example'",
        hash=b"c" * 32,
    )
    migrate(empty)
    session = find(empty, b"c" * 32)
    assert session is not None
    assert (session.verified, session.second_factor) == (True, False)


def test_the_way_back(empty: Engine) -> None:
    migrate(empty)
    change(empty, ADD, email="earlier@pedidos.example")
    migrate(empty, BEFORE)
    assert len(rows(empty, "select from accounts where email = 'earlier@pedidos.example'")) == 1
    migrate(empty)
