"""A letter as a message of the Internet Message Format (RFC 5322), with what mail programs want to know of it."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from uuid import UUID

from pedidos.mails.letters import Letter

LINE = 200
"""Longest line: a Message-ID stays in one, which some programs need. RFC 5322 allows 998."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """sender: with or without a name. key: what the message is known by; the same however often it is sent. refuse: the
    address that takes one click from those who want no more of this kind (RFC 8058); empty if it is owed."""

    sender: str
    recipient: str
    key: str
    written_at: datetime
    language: str
    refuse: str = ""


def key_of(mail_id: UUID, account_id: UUID, order_id: UUID | None, version: int | None) -> str:
    """What a mail is known by: the event that it is about and the account it is to, or its own id."""
    return str(mail_id) if order_id is None else f"{order_id}.{version}.{account_id.hex[-12:]}"


def message(envelope: Envelope, letter: Letter) -> EmailMessage:
    """The message, in plain text and HTML."""
    _, address = parseaddr(envelope.sender)
    made = EmailMessage(policy=SMTP.clone(max_line_length=LINE, cte_type="7bit"))
    made["From"] = envelope.sender
    made["To"] = envelope.recipient
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(envelope.written_at)
    # A receiver that gets it twice shows it once.
    made["Message-ID"] = f"<{envelope.key}@{address.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answer
    if envelope.refuse:
        made["List-Unsubscribe"] = f"<{envelope.refuse}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(letter.text)
    made.add_alternative(letter.html, subtype="html")  # it moves the headers Content-… into the first part
    made["Content-Language"] = envelope.language.replace("_", "-")
    return made
