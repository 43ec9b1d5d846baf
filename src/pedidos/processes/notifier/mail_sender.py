"""Sends the mails that wait, each under a lease.

A mail is sent once, unless this process dies, or is paused for longer than the lease, between the server's answer
and its note of it: then it is sent again, under the same Message-ID.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.utils import parseaddr
from functools import partial
from typing import TypeVar

import structlog

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.mail_sending import AWAY, LATER, Outcome, outcome
from pedidos.errors import Transient, first_line
from pedidos.processes.notifier.mail_room import MailRoom, Unsendable
from pedidos.processes.notifier.pause import Pause
from pedidos.processes.notifier.smtp import SEND_SECONDS, MailServer, MailServerUnavailable, Refused, Session
from pedidos.settings.groups.notifying import MailServerSettings
from pedidos.storage.mails.queue import TakenMail
from pedidos.telemetry.catalogue import notifications as metrics

AT_ONCE = 20
"""Mails of one connection."""
LIFE_SECONDS = 1.0
"""Between two signs of life."""

T = TypeVar("T")

logger = structlog.get_logger()


class MailSender:
    """room: the mails. server: takes them. came_round: called at least every few seconds, as a sign of life."""

    def __init__(
        self, room: MailRoom, server: MailServer, settings: MailServerSettings, came_round: Callable[[], None]
    ) -> None:
        self._room = room
        self._server = server
        self._lease_seconds = settings.mail_lease_seconds
        _, self._sender = parseaddr(settings.mail_from)
        self._came_round = came_round
        self._pause = Pause()

    def wake(self) -> None:
        """There may be mails. To be called on the event loop."""
        self._pause.wake()

    async def run(self, living: Callable[[], bool]) -> None:
        """Sends until living() is False. Waits for servers that are away."""
        failures = 0
        while living():
            self._came_round()
            self._pause.looking()
            try:
                sent = await self._round(living)
            except Transient as error:
                failures += 1
                logger.warning("mails wait", reason=first_line(error))
                await self._rest(AWAY.pause(failures, _chance()), living)
                continue
            failures = 0
            if sent:
                self._pause.found()
            else:
                await self._pause.wait()

    async def _rest(self, seconds: float, living: Callable[[], bool]) -> None:
        """Waits for a server that is away: a new mail does not bring it back."""
        end = time.monotonic() + seconds
        while living() and (left := end - time.monotonic()) > 0:
            self._came_round()
            await asyncio.sleep(min(left, LIFE_SECONDS))

    async def _round(self, living: Callable[[], bool]) -> bool:
        """Sends the mails that are due, AT_ONCE at most. Returns whether there were any. Raises Transient."""
        until = time.monotonic() + self._lease_seconds
        rest = await _in_thread(partial(self._room.take, AT_ONCE, self._lease_seconds))
        if not rest:
            return False
        try:
            async with self._server.session() as session:
                while rest and living() and time.monotonic() + SEND_SECONDS < until:
                    self._came_round()
                    await self._send(session, rest[0], until)
                    del rest[0]
        finally:
            await _in_thread(partial(self._room.give_back, rest))
        return True

    async def _send(self, session: Session, mail: TakenMail, until: float) -> None:
        """Raises Transient: then the mail was not taken, as far as is known."""
        try:
            message = await _in_thread(partial(self._room.message, mail))
        except Unsendable as why:
            await self._note(mail, why.outcome, str(why), until)
            return
        try:
            await send_then_note(
                partial(self._hand_over, session, message, mail), partial(self._note, mail, Outcome.SENT, "", until)
            )
        except Refused as refused:
            became = outcome(refused.refusal, mail.age_seconds)
            if became is Outcome.AWAY:
                raise MailServerUnavailable(str(refused)) from refused
            await self._note(mail, became, str(refused), until)

    async def _hand_over(self, session: Session, message: EmailMessage, mail: TakenMail) -> None:
        began = time.perf_counter()
        await session.send(message, self._sender, mail.recipient)
        metrics.MAIL_SECONDS.observe(time.perf_counter() - began)

    async def _note(self, mail: TakenMail, became: Outcome, reason: str, until: float) -> None:
        """Tries to note it for as long as the lease lasts: otherwise the mail would be sent again. Raises Transient."""
        metrics.MAILS_ENDED[became].inc()
        log = logger.debug if became is Outcome.SENT else logger.info
        log("mail", mail=str(mail.id), kind=mail.kind, became=became.value, reason=reason or None)
        note = partial(self._room.note, mail, became, reason, LATER.pause(mail.attempts, _chance()))
        failures = 0
        while True:
            try:
                await _in_thread(note)
            except Transient as error:
                failures += 1
                pause = AWAY.pause(failures, _chance())
                if time.monotonic() + pause > until:
                    raise
                logger.warning("not noted yet", mail=str(mail.id), reason=first_line(error))
                self._came_round()
                await asyncio.sleep(pause)
            else:
                return


async def send_then_note(send: Callable[[], Awaitable[None]], note: Callable[[], Awaitable[None]]) -> None:
    """In this order: a crash in between sends a mail again, and loses none."""
    await send()
    reach(CrashPoint.NOTIFIER_MAIL_SENT)
    await note()


def _chance() -> float:
    return random.random()  # noqa: S311  # jitter


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(None, work)
