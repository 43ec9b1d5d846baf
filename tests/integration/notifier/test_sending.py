"""Mails are sent to a real mail server, once, and each has an outcome."""

from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme
from sqlalchemy import Engine

from pedidos.domain.mails import Kind
from pedidos.security import mail_links
from pedidos.security.account_keys import AccountKeys
from pedidos.storage.accounts import mails
from pedidos.storage.dead_letters.letters import Filter, find
from pedidos.storage.engine import in_transaction
from pedidos.storage.mails import queue
from tests.integration.notifier.conftest import SITE, MakeSending, Person
from tests.support.postbox import Postbox, plain
from tests.support.settings import ACCOUNT_KEYS
from tests.support.tables import change, rows

DUE = "update mail_deliveries set next_attempt = clock_timestamp() where state = 'waiting'"


def post(engine: Engine, person: Person, kind: Kind = Kind.PASSWORD_CHANGED, language: str = "en") -> None:
    in_transaction(engine, lambda connection: mails.post_notice(connection, person.id, kind, language))


def post_link(engine: Engine, person: Person, kind: Kind = Kind.RESET_PASSWORD) -> None:
    link = mail_links.new(AccountKeys(ACCOUNT_KEYS), "pt_BR")
    assert in_transaction(engine, lambda connection: mails.post_link(connection, person.email, kind, link))


def ids(found: list[EmailMessage]) -> list[str]:
    return [each["Message-ID"] for each in found]


def test_a_mail_arrives_with_its_link(engine: Engine, person: Person, sending: MakeSending, postbox: Postbox) -> None:
    post_link(engine, person)
    post(engine, person)
    sender = sending()
    sender.until(lambda: sender.states() == {"sent": 2})
    first, second = postbox.wait_for(2, person.email)
    assert first["Subject"] == "Escolha outra senha"
    (link,) = [line for line in plain(first).splitlines() if line.startswith(f"{SITE}/reset?token=")]
    (token_hash,) = [row.token_hash for row in rows(engine, "select token_hash from one_time_tokens")]
    assert mail_links.kept(link.partition("token=")[2]) == bytes(token_hash)
    assert second["Subject"] == "Your password was changed"
    (first_id, _) = [row.id for row in rows(engine, "select id from mails order by created_at")]
    assert first["Message-ID"] == f"<{first_id}@shop.example>"
    assert all(b"\nMessage-ID: <" in file.read_bytes() for file in (postbox.folder / "mails" / "new").iterdir())


def test_nothing_is_sent_twice_by_two_at_once(
    engine: Engine, person: Person, sending: MakeSending, postbox: Postbox
) -> None:
    for _ in range(45):
        post(engine, person)
    one, other = sending(), sending()
    taken = one.room.take(20, 60)
    assert len(taken) == 20
    other.until(lambda: other.states().get("sent") == 25)
    assert not {mail.id for mail in taken} & {
        row.mail_id for row in rows(engine, "select mail_id from mail_deliveries where state = 'sent'")
    }
    one.room.give_back(taken)
    one.until(lambda: one.states() == {"sent": 45})
    assert len(set(ids(postbox.mails()))) == len(postbox.mails()) == 45
    assert {row.attempts for row in rows(engine, "select attempts from mail_deliveries")} == {1}


def test_who_lost_the_lease_says_nothing(engine: Engine, person: Person, sending: MakeSending) -> None:
    post(engine, person)
    sender = sending()
    (slow,) = sender.room.take(5, 60)
    change(engine, DUE)  # as if its lease had ended
    (quick,) = sender.room.take(5, 60)
    assert not queue.settle(engine, slow, "failed", "too late")
    assert not queue.try_later(engine, slow, 0, "too late")
    queue.give_back(engine, [slow])
    assert [tuple(row) for row in rows(engine, "select state, attempts, reason from mail_deliveries")] == [
        ("waiting", 2, None)
    ]
    assert queue.settle(engine, quick, "sent")
    assert not queue.settle(engine, quick, "sent"), "it has ended"


@pytest.mark.parametrize(
    "wrong", [{"smtp_password": "another"}, {"smtp_user": None, "smtp_password": None}, {"smtp_ca_file": "other.pem"}]
)
def test_a_server_that_does_not_take_us_costs_no_mail(
    engine: Engine, person: Person, sending: MakeSending, postbox: Postbox, tmp_path: Path, wrong: dict[str, object]
) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    if "smtp_ca_file" in wrong:
        wrong = {"smtp_ca_file": tmp_path / "other.pem"}
    post(engine, person)
    sender = sending(**wrong)
    rounds = iter(range(100))
    sender.until(lambda: next(rounds) > 2)
    assert [tuple(row) for row in rows(engine, "select state, attempts from mail_deliveries")] == [("waiting", 0)]
    assert postbox.mails() == []
    good = sending()
    good.until(lambda: good.states() == {"sent": 1})


def test_mails_wait_for_a_server_that_is_away(
    engine: Engine, person: Person, sending: MakeSending, postbox: Postbox
) -> None:
    postbox.child.stop()
    for _ in range(3):
        post(engine, person)
    sender = sending()
    rounds = iter(range(100))
    sender.until(lambda: next(rounds) > 2)
    assert [tuple(row) for row in rows(engine, "select distinct state, attempts from mail_deliveries")] == [
        ("waiting", 0)
    ]
    postbox.child.start()
    sender.until(lambda: sender.states() == {"sent": 3})
    assert len(postbox.mails()) == 3


def test_a_mail_whose_link_has_ended_is_not_sent(
    engine: Engine, person: Person, sending: MakeSending, postbox: Postbox
) -> None:
    post_link(engine, person)
    made = rows(engine, "select * from mails")[0]
    change(engine, "delete from mails")
    change(
        engine,
        "insert into mails (id, account_id, kind, recipient, language, token_hash, created_at)"
        " values (:id, :account, :kind, :recipient, 'en', :hash, now() - interval '61 minutes')",
        id=made.id,
        account=made.account_id,
        kind=made.kind,
        recipient=made.recipient,
        hash=made.token_hash,
    )
    sender = sending()
    sender.until(lambda: sender.states() == {"lapsed": 1})
    assert postbox.mails() == []
    assert find(engine, Filter(), 9) == []


def test_a_mail_that_cannot_be_made_is_a_dead_letter(engine: Engine, person: Person, sending: MakeSending) -> None:
    change(
        engine,
        "insert into mails (id, account_id, kind, recipient, language) values"
        " (gen_random_uuid(), :account, 'of_a_later_version', :email, 'en')",
        account=person.id,
        email=person.email,
    )
    sender = sending()
    sender.until(lambda: sender.states() == {"failed": 1})
    (letter,) = find(engine, Filter(source="mail"), 9)
    assert "newer version" in letter.reason
    assert person.email not in letter.reason
    assert letter.origin == str(rows(engine, "select id from mails")[0].id)


def test_each_mail_is_queued_by_the_database_itself(engine: Engine, person: Person) -> None:
    """So a process of the version before needs to know nothing of it."""
    post(engine, person)
    assert [tuple(row) for row in rows(engine, "select state, attempts from mail_deliveries")] == [("waiting", 0)]
    change(engine, "delete from mails")
    assert rows(engine, "select from mail_deliveries") == []
