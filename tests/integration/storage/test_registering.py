"""Registering and asking for a mail: the statements are the same for any address, and its mailbox is told the rest."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from pedidos.domain.audit import Who
from pedidos.domain.mails import MOST_PER_HOUR, Kind
from pedidos.errors import ConstraintViolated
from pedidos.security import mail_links
from pedidos.storage.accounts import accounts, mails, one_time_tokens
from tests.support.mailbox import KEYS, Mailbox
from tests.support.tables import change, rows


@pytest.fixture
def email() -> str:
    return f"{secrets.token_hex(6)}@pedidos.example"


def register(engine: Engine, email: str) -> None:
    accounts.register(engine, email, "Eva", "!", mail_links.new(KEYS, "en"), Who())


def ask(engine: Engine, email: str, kind: Kind = Kind.RESET_PASSWORD) -> None:
    one_time_tokens.ask(engine, email, kind, mail_links.new(KEYS, "pt_BR"), Who())


def kinds(mailbox: Mailbox, email: str) -> list[str]:
    return [each.kind for each in mailbox.to(email)]


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that are run meanwhile, and the commits."""
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    def note_commit(_: object) -> None:
        seen.append("commit")

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", note_commit)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", note_commit)


def work_of(engine: Engine, work: Callable[[Engine, str], None], email: str) -> list[str]:
    with statements(engine) as seen:
        work(engine, email)
    return seen


def test_a_registration_does_the_same_for_an_address_with_and_without_an_account(
    engine: Engine, mailbox: Mailbox, email: str
) -> None:
    new = work_of(engine, register, email)
    known = work_of(engine, register, email)
    assert new == known
    assert new[-1] == "commit"
    assert len(new) > 3
    assert kinds(mailbox, email) == ["confirm_address", "account_exists"]
    assert len(rows(engine, "select from accounts where email = :e", e=email)) == 1


def test_asking_for_another_password_does_the_same_for_any_address(
    engine: Engine, mailbox: Mailbox, email: str
) -> None:
    disabled, unknown = f"disabled-{email}", f"unknown-{email}"
    register(engine, email)
    register(engine, disabled)
    change(engine, "update accounts set active = false where email = :e", e=disabled)
    work = [work_of(engine, ask, each) for each in (email, disabled, unknown)]
    assert work[0] == work[1] == work[2]
    assert work[0][-1] == "commit"
    assert kinds(mailbox, email) == ["confirm_address", "reset_password"]
    assert kinds(mailbox, disabled) == ["confirm_address"]
    assert kinds(mailbox, unknown) == []


def test_of_many_registrations_at_once_one_makes_the_account(engine: Engine, mailbox: Mailbox, email: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: register(engine, email), range(4)))
    assert sorted(kinds(mailbox, email)) == ["account_exists"] * 3 + ["confirm_address"]


def test_a_mailbox_is_not_flooded(engine: Engine, mailbox: Mailbox, email: str) -> None:
    register(engine, email)
    for _ in range(MOST_PER_HOUR + 3):
        ask(engine, email)
    assert len(kinds(mailbox, email)) == MOST_PER_HOUR
    tokens = "select from one_time_tokens where email = :e"
    assert len(rows(engine, tokens, e=email)) == MOST_PER_HOUR, "what was not written opens nothing"
    change(
        engine,
        "with gone as (delete from mails where recipient = :e returning *)"
        " insert into mails select id, account_id, kind, recipient, language, token_hash,"
        " created_at - interval '1 hour' from gone",
        e=email,
    )
    ask(engine, email)
    assert len(kinds(mailbox, email)) == MOST_PER_HOUR + 1, "an hour later"


def test_mails_are_append_only(engine: Engine, email: str) -> None:
    register(engine, email)
    for statement in ("update mails set recipient = 'thief@pedidos.example'", "truncate mails cascade"):
        with pytest.raises(ConstraintViolated, match="append-only"):
            change(engine, statement)


def test_the_tables_alone_give_no_token(engine: Engine, mailbox: Mailbox, email: str) -> None:
    register(engine, email)
    token = mailbox.token(email)
    for table in ("mails", "one_time_tokens"):
        everything = str([tuple(row) for row in rows(engine, f"select t::text from {table} t")])  # noqa: S608
        assert token not in everything


def test_old_mails_and_links_that_have_ended_are_deleted(engine: Engine, mailbox: Mailbox, email: str) -> None:
    register(engine, email)
    ask(engine, email)
    assert mails.delete_old(engine, 1, 500) == 0
    change(
        engine,
        "insert into mails (id, account_id, kind, recipient, language, created_at)"
        " select gen_random_uuid(), id, 'password_changed', email, 'en', now() - interval '2 days' from accounts"
        " where email = :e",
        e=email,
    )
    assert mails.delete_old(engine, 1, 500) == 0, "it waits to be sent"
    sent = "update mail_deliveries set state = 'sent', settled_at = now()"
    change(engine, f"{sent} where mail_id in (select id from mails where recipient = :e)", e=email)  # noqa: S608
    assert mails.delete_old(engine, 1, 500) == 1
    assert len(kinds(mailbox, email)) == 2
    change(engine, "update one_time_tokens set expires_at = now() where email = :e and purpose = 'reset'", e=email)
    assert one_time_tokens.delete_expired(engine, 500) >= 1
    left = rows(engine, "select purpose from one_time_tokens where email = :e", e=email)
    assert [row.purpose for row in left] == ["verify"]
