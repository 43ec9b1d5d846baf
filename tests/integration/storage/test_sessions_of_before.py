"""Migration 0016: sessions that can be refreshed stay, and processes of before sign in and out beside those of now."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.domain.client import Client
from pedidos.security.refreshing import Chain, kept
from pedidos.storage.accounts import refresh_tokens
from pedidos.storage.accounts.refresh_tokens import Refused, SignedIn
from pedidos.storage.accounts.revocations import read
from pedidos.storage.accounts.sessions import Lives
from pedidos.storage.migrations import migrate
from tests.support.tables import change, rows

BEFORE = "0015"
CLIENT = Client("192.0.2.1", "a browser")
LIVES = Lives(idle=600, most=6000, token=60)
ADD = (
    "insert into refresh_tokens (token_hash, family_id, account_id, expires_at, replaced_at, revoked_at)"
    " select :hash, :family, id, now() + :days * interval '1 day', case when :replaced then now() end,"
    " case when :revoked then now() end from accounts where email = 'ana@example.org'"
)


def add(
    engine: Engine, token: str, family: UUID, *, days: int = 30, replaced: bool = False, revoked: bool = False
) -> None:
    """A token, as the version before writes it."""
    values = {"hash": kept(token), "family": family, "days": days, "replaced": replaced, "revoked": revoked}
    change(engine, ADD, **values)


def refresh(engine: Engine, token: str) -> SignedIn | Refused:
    return refresh_tokens.rotate(engine, token, Chain(b"secret", CLIENT), CLIENT, LIVES, 30, Who())


@pytest.fixture
def old(empty: Engine) -> Engine:
    """The database before the migration, with an account."""
    migrate(empty, BEFORE)
    change(
        empty,
        "insert into accounts (email, name, role, password_hash) values ('ana@example.org', 'Ana', 'customer', '!')",
    )
    return empty


def test_sessions_that_can_be_refreshed_stay_and_no_others(old: Engine) -> None:
    live, revoked, expired = uuid4(), uuid4(), uuid4()
    add(old, "first", live, replaced=True)
    add(old, "second", live)
    add(old, "of a revoked session", revoked, revoked=True)
    add(old, "of an expired session", expired, days=-1)
    migrate(old)
    assert [row.id for row in rows(old, "select id from sessions")] == [live]
    signed_in = refresh(old, "second")
    assert isinstance(signed_in, SignedIn)
    assert signed_in.session.id == live
    assert isinstance(refresh(old, signed_in.refresh_token), SignedIn)
    assert refresh(old, "of a revoked session") is Refused.INVALID
    assert refresh(old, "of an expired session") is Refused.INVALID
    assert refresh(old, "first") is Refused.REUSED
    assert rows(old, "select from sessions") == []


def test_a_process_of_before_can_sign_in_and_out(old: Engine) -> None:
    migrate(old)
    family = uuid4()
    add(old, "of before", family)
    signed_in = refresh(old, "of before")
    assert isinstance(signed_in, SignedIn)
    revoke = "update refresh_tokens set revoked_at = now() where family_id = :family and revoked_at is null"
    assert change(old, revoke, family=family) == 2
    assert change(old, revoke, family=family) == 0
    assert refresh(old, signed_in.refresh_token) is Refused.INVALID
    assert set(read(old, None).voided) == {family}


def test_the_way_back(old: Engine) -> None:
    family = uuid4()
    add(old, "of before", family)
    migrate(old)
    assert isinstance(refresh(old, "of before"), SignedIn)
    migrate(old, "base")
    assert rows(old, "select from pg_proc where pronamespace = 'public'::regnamespace") == []
