"""The mailbox of a local demo: what its mail server took; where there is none, what would be sent.

So people get through without a mailbox of their own.
"""

from collections.abc import Callable

from flask import Blueprint, render_template

from pedidos.http import problems
from pedidos.http.roles import public
from pedidos.mails.making import NoLetter, letter_of
from pedidos.processes.web.account import demo
from pedidos.processes.web.account.arrived import Received, arrived, received
from pedidos.processes.web.services import services
from pedidos.storage.accounts import mails
from pedidos.storage.accounts.mails import Mail
from pedidos.storage.mails import queue

MOST = 30

pages = Blueprint("mailbox", __name__)


@pages.get("/mailbox")
@public
def mailbox() -> str:
    """The newest mails to everyone."""
    return _page("account/mailbox.html")


@pages.get("/mailbox/now")
@public
def now() -> str:
    """The part of the page that changes."""
    return _page("account/mailbox_now.html")


def _page(template: str) -> str:
    if not demo.is_offered():
        raise problems.NotFound
    folder, engine = services().settings.mailbox_dir, services().engine
    if folder is None:
        return render_template(template, received=_written(), waiting=0, sends=False)
    waiting, _ = queue.waiting(engine)
    return render_template(template, received=arrived(folder, MOST), waiting=waiting, sends=True)


def _written() -> list[Received]:
    made: Callable[[Mail], Received] = _as_it_would_be_sent
    return [made(mail) for mail in mails.newest(services().engine, MOST)]


def _as_it_would_be_sent(mail: Mail) -> Received:
    try:
        said = letter_of(services().engine, services().account_keys, "", mail)
    except NoLetter as why:
        return received(mail.recipient, mail.created_at, mail.language, mail.kind, str(why))
    return received(mail.recipient, mail.created_at, mail.language, said.subject, said.text)
