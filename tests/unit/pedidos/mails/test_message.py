"""What mail programs learn of a message."""

import uuid
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from pedidos.mails.letters import Letter
from pedidos.mails.message import Envelope, key_of, message

ACCOUNT, ORDER, MAIL = (uuid.UUID(int=number) for number in (1, 2, 3))
SAID = Letter("Você está só aqui", "Olá ✓\n", "<p>Olá ✓</p>")
REFUSE = "https://shop.example/unsubscribe?token=" + "x" * 43


def sent(refuse: str = "") -> EmailMessage:
    """As it is read at the other end."""
    written_at = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
    envelope = Envelope("Loja <no-reply@shop.example>", "ana@example.org", "KEY", written_at, "pt_BR", refuse)
    return message_from_bytes(message(envelope, SAID).as_bytes(), EmailMessage, policy=default)


def test_it_has_both_forms_and_says_what_it_is() -> None:
    found = sent()
    assert found["Subject"] == SAID.subject
    assert found["From"] == "Loja <no-reply@shop.example>"
    assert found["To"] == "ana@example.org"
    assert found["Message-ID"] == "<KEY@shop.example>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Content-Language"] == "pt-BR"
    assert found["Date"].datetime == datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
    plain, html = (found.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == SAID.text
    assert html.get_content().strip() == SAID.html


def test_what_can_be_refused_can_be_with_one_click() -> None:
    found = sent(REFUSE)
    assert found["List-Unsubscribe"].replace("\n", "").replace(" ", "") == f"<{REFUSE}>"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in sent()


def test_an_id_stays_in_one_line() -> None:
    key = key_of(MAIL, uuid.uuid4(), uuid.uuid4(), 123)
    envelope = Envelope("a@a-host-with-a-long-name.example", "ana@example.org", key, datetime.now(UTC), "en")
    assert f"Message-ID: <{key}@a-host-with-a-long-name.example>\r\n".encode() in message(envelope, SAID).as_bytes()


def test_the_same_event_has_the_same_id_for_each_account() -> None:
    key = key_of(MAIL, ACCOUNT, ORDER, 5)
    assert key == key_of(uuid.uuid4(), ACCOUNT, ORDER, 5)
    assert (
        len({key, key_of(MAIL, MAIL, ORDER, 5), key_of(MAIL, ACCOUNT, ORDER, 6), key_of(MAIL, ACCOUNT, MAIL, 5)}) == 4
    )
    assert key_of(MAIL, ACCOUNT, None, None) == str(MAIL)
