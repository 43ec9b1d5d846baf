"""The notifier, with its connections."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Engine

from pedidos.messaging.codec import PublishedEvent
from pedidos.messaging.groups import NOTIFIER
from pedidos.processes.group_member import GroupMember
from pedidos.processes.notifier.guard import Guard
from pedidos.processes.notifier.mail_room import MailRoom
from pedidos.processes.notifier.mail_sender import MailSender
from pedidos.processes.notifier.sending import Sender, SendingThread
from pedidos.processes.notifier.smtp import MailServer
from pedidos.processes.notifier.telling import Telling
from pedidos.processes.notifier.webhook_client import WebhookClient
from pedidos.processes.notifier.webhook_sender import WebhookSender
from pedidos.processes.running import Running
from pedidos.security.account_keys import AccountKeys
from pedidos.settings.processes import NotifierSettings
from pedidos.storage.engine import make_engine, measure
from pedidos.storage.session import Plans
from pedidos.texts import locale_for
from pedidos.wiring.consumer import consumer_process

CONNECTIONS = 8
"""To PostgreSQL, for telling and sending together."""


@contextmanager
def notifier_process(settings: NotifierSettings) -> Iterator[GroupMember[PublishedEvent]]:
    """A member of the notifier's group. Inside, it also sends what waits."""
    running = Running(settings.heartbeat_file)
    engine = make_engine(settings, f"{settings.instance} sending", connections=CONNECTIONS, plans=Plans.OWN)
    sending = SendingThread(partial(_senders, settings, engine, running), lambda: bool(running), running.end)
    telling = Telling(
        engine,
        makes_mails=settings.makes_order_mails,
        language=locale_for([settings.mail_language]),
        most_per_hour=settings.order_mails_per_hour,
        wake=sending.wake,
    )
    try:
        with (
            consumer_process(NOTIFIER, settings, telling.tell, wanted=telling.is_wanted, running=running) as process,
            sending.running(),
        ):
            measure(engine, "others")
            yield process
    finally:
        engine.dispose()


def _senders(settings: NotifierSettings, engine: Engine, running: Running) -> list[Sender]:
    """On the event loop. Without a mail server, mails wait until there is one."""
    keys = AccountKeys(settings.account_keys)
    guard = Guard(allow_loopback=settings.webhook_allow_loopback)
    seconds = settings.webhook_timeout_seconds
    client = partial(WebhookClient, guard, seconds, settings.webhook_ca_file)
    language = locale_for([settings.mail_language])
    senders: list[Sender] = [WebhookSender(engine, keys, client, seconds, language, partial(running.beat, "webhooks"))]
    if settings.smtp_host is not None:
        room = MailRoom(engine, keys, settings.public_url or "", settings.mail_from)
        server = MailServer(settings, settings.smtp_host)
        senders.append(MailSender(room, server, settings, partial(running.beat, "mails")))
    return senders
