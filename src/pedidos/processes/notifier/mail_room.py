"""The mails that wait, for what sends them: takes some, makes messages of them, and notes what became of each."""

import time
from collections.abc import Sequence
from email.message import EmailMessage

from sqlalchemy import Engine

from pedidos.domain.mail_sending import Outcome
from pedidos.domain.mails import LIVES, PURPOSES
from pedidos.errors import PedidosError
from pedidos.mails.making import NoLetter, letter_of, refuse_address
from pedidos.mails.message import Envelope, key_of, message
from pedidos.security.account_keys import AccountKeys
from pedidos.storage.dead_letters import letters
from pedidos.storage.mails import queue
from pedidos.storage.mails.queue import TakenMail
from pedidos.telemetry.catalogue import notifications as metrics

SOURCE = "mail"
"""Of the dead letters of mails."""

COUNT_SECONDS = 5.0
"""Least time between two counts of what waits."""


class Unsendable(PedidosError):
    """No message can be made of a mail. outcome: LAPSED or FAILED."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome


class MailRoom:
    """site: the address of the platform, for links. sender: with or without a name."""

    def __init__(self, engine: Engine, keys: AccountKeys, site: str, sender: str) -> None:
        self._engine = engine
        self._keys = keys
        self._site = site
        self._sender = sender
        self._counted = -COUNT_SECONDS

    def take(self, limit: int, lease_seconds: float) -> list[TakenMail]:
        """The mails that are due, at most limit, under a lease. Raises Transient."""
        if time.monotonic() - self._counted >= COUNT_SECONDS:
            self._counted = time.monotonic()
            count, oldest = queue.waiting(self._engine)
            metrics.MAILS_WAITING.set(count)
            metrics.MAILS_OLDEST.set(oldest)
        return queue.take(self._engine, limit, lease_seconds)

    def give_back(self, mails: Sequence[TakenMail]) -> None:
        """Makes mails that were not tried due again. Raises Transient: then they are due when their lease ends."""
        queue.give_back(self._engine, mails)

    def message(self, mail: TakenMail) -> EmailMessage:
        """Raises Unsendable, Transient."""
        self._refuse_lapsed(mail)
        try:
            said = letter_of(self._engine, self._keys, self._site, mail)
        except NoLetter as why:
            raise Unsendable(Outcome.LAPSED if why.useless else Outcome.FAILED, str(why)) from None
        key = key_of(mail.id, mail.account_id, mail.order_id, mail.version)
        refuse = refuse_address(self._keys, self._site, mail)
        return message(Envelope(self._sender, mail.recipient, key, mail.created_at, mail.language, refuse), said)

    def note(self, mail: TakenMail, became: Outcome, reason: str, pause_seconds: float) -> None:
        """Notes what became of it. pause_seconds: until the next try, if there is one. Raises Transient."""
        match became:
            case Outcome.LATER:
                queue.try_later(self._engine, mail, pause_seconds, reason)
            case Outcome.FAILED:
                # Before the note: after a crash in between, the same letter is written again, which changes nothing.
                letters.write(self._engine, SOURCE, str(mail.id), reason, mail.order_id)
                queue.settle(self._engine, mail, "failed", reason)
            case Outcome.LAPSED:
                queue.settle(self._engine, mail, "lapsed", reason)
            case Outcome.SENT:
                queue.settle(self._engine, mail, "sent")

    def _refuse_lapsed(self, mail: TakenMail) -> None:
        purpose = next((purpose for kind, purpose in PURPOSES.items() if kind == mail.kind), None)
        if purpose is not None and mail.age_seconds >= LIVES[purpose]:
            raise Unsendable(Outcome.LAPSED, "its link can no longer be used")
