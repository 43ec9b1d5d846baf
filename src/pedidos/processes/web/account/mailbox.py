"""The mailbox of a local demo: what would be sent. Nothing sends mails there, and people must still get through.

It is offered where anyone can enter as an operator without a password: on this machine alone.
"""

from typing import NamedTuple

from flask import Blueprint, render_template

from pedidos.domain.mails import Kind
from pedidos.http import problems
from pedidos.http.roles import public
from pedidos.mails.letters import Letter, address, letter
from pedidos.processes.web.account import demo
from pedidos.processes.web.services import services
from pedidos.security.mail_links import token_of
from pedidos.storage.accounts import mails
from pedidos.storage.accounts.mails import Mail

MOST = 30

pages = Blueprint("mailbox", __name__)


class Received(NamedTuple):
    """A mail as its reader would get it. before, link, after: its text around the link, which may be empty."""

    mail: Mail
    subject: str
    before: str
    link: str
    after: str


@pages.get("/mailbox")
@public
def mailbox() -> str:
    """The newest mails to everyone."""
    if not demo.is_offered():
        raise problems.NotFound
    found = mails.newest(services().engine, MOST)
    return render_template("account/mailbox.html", received=[_received(each) for each in found], most=MOST)


def _received(mail: Mail) -> Received:
    kind = Kind(mail.kind)
    token = token_of(services().account_keys, mail.id, mail.token_hash) if mail.token_hash else None
    link = "" if token is None else address(kind, token, "")
    said: Letter = letter(kind, mail.language, link)
    before, _, after = said.text.partition(link) if link else (said.text, "", "")
    return Received(mail, said.subject, before.strip(), link, after.strip())
