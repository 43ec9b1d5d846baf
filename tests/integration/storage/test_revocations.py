"""The list of revocations: what writes it, and that a reader misses no entry, however late it is committed."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine

from pedidos.domain.access import Identity, Role
from pedidos.domain.client import Client
from pedidos.http.revocations import Revocations
from pedidos.storage.accounts import revocations, sessions
from pedidos.storage.accounts.revocations import delete_expired, read
from pedidos.storage.accounts.sessions import Lives, Session, end, end_all, open_session
from tests.support.shop import make_customer
from tests.support.tables import change, rows
from tests.support.waiting import until

ALL = 2**31 - 1
LIVES = Lives(idle=600, most=6000, token=60)


def opened(connection: Connection, account: UUID) -> Session:
    session = open_session(connection, uuid4(), account, 0, Client("192.0.2.1", "a browser"), LIVES)
    assert session is not None
    return session


def of(account: UUID, session_id: UUID | None = None, version: int = 0) -> Identity:
    return Identity(account, Role.CUSTOMER, None, 0, version, session_id)


@pytest.mark.usefixtures("clean")
def test_a_reader_gets_every_entry_once_or_more_and_never_misses_one(engine: Engine) -> None:
    """The transaction that began first is committed last."""
    account = make_customer(engine)
    with engine.begin() as connection:
        early, late, other = (opened(connection, account).id for _ in range(3))
    start = read(engine, None)
    assert (start.voided, start.whole) == ({}, True)
    with engine.connect() as slow, slow.begin():
        end(slow, late)
        with engine.begin() as quick:
            end(quick, early)
        second = read(engine, start.position)
        assert (second.voided, second.whole) == ({early: ALL}, False)
    third = read(engine, second.position)
    assert late in third.voided
    with engine.begin() as connection:
        end(connection, other)
    assert other in read(engine, third.position).voided
    assert read(engine, read(engine, third.position).position).voided == {}
    assert set(read(engine, None).voided) == {early, late, other}


@pytest.mark.usefixtures("clean")
def test_after_a_restart_of_the_server_all_is_read_again(engine: Engine) -> None:
    """After a crash, a transaction may get an id that is below those that a reader has seen."""
    account = make_customer(engine)
    with engine.begin() as connection:
        session_id = opened(connection, account).id
    with engine.begin() as connection:
        end(connection, session_id)
    here = read(engine, None).position
    assert read(engine, here).voided == {}
    before = replace(here, server_start=here.server_start - timedelta(seconds=1))
    again = read(engine, before)
    assert (again.voided, again.whole, again.position) == ({session_id: ALL}, True, here)


@pytest.mark.usefixtures("clean")
def test_an_account_has_an_entry_for_its_newest_change(engine: Engine) -> None:
    account = make_customer(engine)
    for expected, statement in (
        ({account: 1}, "update accounts set active = false where id = :id"),
        ({account: 2}, "update accounts set active = true where id = :id"),
        ({account: 3}, "update accounts set role = 'operator' where id = :id"),
        ({account: 3}, "update accounts set password_hash = '!!', name = 'Eva', active = true where id = :id"),
        ({account: ALL}, "delete from accounts where id = :id"),
    ):
        assert change(engine, statement, id=account) == 1
        assert read(engine, None).voided == expected


@pytest.mark.usefixtures("clean")
def test_ending_all_sessions_but_one(engine: Engine) -> None:
    account, neighbour = make_customer(engine), make_customer(engine)
    with engine.begin() as connection:
        kept, *others = [opened(connection, account).id for _ in range(3)]
        of_neighbour = opened(connection, neighbour).id
        assert end_all(connection, account, but=kept) == 2
        assert end_all(connection, account, but=kept) == 0
    assert {row.id for row in rows(engine, "select id from sessions")} == {kept, of_neighbour}
    assert set(read(engine, None).voided) == set(others)


@pytest.mark.usefixtures("clean")
def test_what_has_expired_is_neither_read_nor_kept(engine: Engine) -> None:
    account = make_customer(engine)
    with engine.begin() as connection:
        ids = [opened(connection, account).id for _ in range(3)]
        end_all(connection, account)
    change(engine, "update revocations set expires_at = now() - interval '1 second' where subject = :id", id=ids[0])
    change(engine, "update revocations set expires_at = now() - interval '1 hour' where subject = :id", id=ids[1])
    assert set(read(engine, None).voided) == {ids[2]}
    assert [delete_expired(engine, 1) for _ in range(3)] == [1, 1, 0]
    assert [row.subject for row in rows(engine, "select subject from revocations")] == [ids[2]]


@pytest.mark.usefixtures("clean")
def test_an_expired_session_goes_with_its_tokens_and_needs_no_entry(engine: Engine) -> None:
    account = make_customer(engine)
    with engine.begin() as connection:
        old, young = (opened(connection, account).id for _ in range(2))
        for session_id in (old, young):
            connection.exec_driver_sql(
                "insert into refresh_tokens (token_hash, family_id, account_id, expires_at)"
                " values (sha256(%(id)s::text::bytea), %(id)s, %(account)s, now() + interval '1 day')",
                {"id": session_id, "account": account},
            )
    past = "update sessions set expires_at = created_at, tokens_until = created_at where id = :id"
    change(engine, past, id=old)
    assert sessions.delete_expired(engine, 10) == 1
    assert [row.family_id for row in rows(engine, "select family_id from refresh_tokens")] == [young]
    assert read(engine, None).voided == {}


@pytest.mark.usefixtures("clean")
def test_entries_are_found_by_an_index(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into revocations (subject, version, expires_at)"
            " select gen_random_uuid(), 1, now() + interval '1 hour' from generate_series(1, 1000)"
        )
        connection.exec_driver_sql("analyze revocations")
    newer = read(engine, None).position.txid
    for statement, values, index in (
        (revocations._READ, {"after": str(newer)}, "revocations_by_txid"),
        (revocations._DELETE_EXPIRED, {"limit": 1}, "revocations_by_expiry"),
        (sessions._DELETE_EXPIRED, {"limit": 1}, "sessions_by_expiry"),
    ):
        with engine.begin() as connection:
            connection.exec_driver_sql("set local enable_seqscan = off")
            connection.exec_driver_sql("set local enable_bitmapscan = off")
            plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"explain {statement}", values))
        assert f"using {index}" in plan


@pytest.mark.usefixtures("clean")
def test_the_copy_includes_the_tokens_that_are_void_and_no_others(engine: Engine) -> None:
    account, neighbour = make_customer(engine), make_customer(engine)
    with engine.begin() as connection:
        ended, kept = (opened(connection, account).id for _ in range(2))
    changes: list[None] = []
    copy = Revocations(engine, lambda: changes.append(None))
    copy.begin()
    assert not copy.include(of(account, ended))
    with engine.begin() as connection:
        end(connection, ended)
    until(lambda: copy.include(of(account, ended)), "the session in the copy")
    assert not any(copy.include(each) for each in (of(account, kept), of(account), of(neighbour, uuid4())))
    change(engine, "update accounts set role = 'operator' where id = :id", id=account)
    until(lambda: copy.include(of(account, kept)), "the account in the copy")
    assert copy.include(of(account))
    assert not copy.include(of(account, kept, version=1))
    assert copy.include(of(account, ended, version=1))
    assert not copy.include(of(neighbour))
    until(lambda: len(changes) == 2, "one call for each change")
