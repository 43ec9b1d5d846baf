"""Talks to the mail server. Each refusal says what was refused, and each wait has a limit."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from pedidos.domain.mail_sending import Refusal, Stage
from pedidos.errors import PedidosError, ServerUnavailable
from pedidos.settings.groups.notifying import MailServerSettings

CONNECT_SECONDS = 10.0
SEND_SECONDS = 20.0
"""For one mail, all steps together."""


class MailServerUnavailable(ServerUnavailable):
    """The mail server does not answer, or refuses to talk to us: no mail can be sent."""


class Refused(PedidosError):
    """The server refuses a mail. No words of the server are kept: they may name an address."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class MailServer:
    """The server of the settings."""

    def __init__(self, settings: MailServerSettings, host: str) -> None:
        """Raises OSError if the file of its authority cannot be read."""
        self._settings = settings
        self._host = host
        self._tls = None if settings.smtp_tls == "none" else ssl.create_default_context(cafile=_text(settings))

    @asynccontextmanager
    async def session(self) -> AsyncIterator["Session"]:
        """A connection, with encryption and our password. Raises MailServerUnavailable."""
        settings = self._settings
        client = SMTP(
            hostname=self._host,
            port=settings.smtp_port,
            timeout=CONNECT_SECONDS,
            use_tls=settings.smtp_tls == "implicit",
            start_tls=settings.smtp_tls == "starttls",
            tls_context=self._tls,
            username=settings.smtp_user,
            password=settings.now("smtp_password"),
        )
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await client.connect()
        except (SMTPException, OSError, TimeoutError) as error:
            client.close()
            raise MailServerUnavailable(_said(error)) from None
        try:
            yield Session(client)
        finally:
            await _leave(client)


class Session:
    """A connection to the mail server."""

    def __init__(self, client: SMTP) -> None:
        self._client = client

    async def send(self, message: EmailMessage, sender: str, recipient: str) -> None:
        """Returns once the server has taken the mail. Raises Refused, MailServerUnavailable.

        If the connection is lost after the last byte was sent, the server may have taken it all the same.
        """
        try:
            async with asyncio.timeout(SEND_SECONDS):
                # Not its send_message(), which folds long lines: a Message-ID stays in one.
                await self._client.sendmail(sender, [recipient], message.as_bytes())
        except SMTPRecipientsRefused as error:
            raise Refused(Refusal(Stage.RECIPIENT, error.recipients[0].code)) from None
        except SMTPDataError as error:
            raise Refused(Refusal(Stage.CONTENT, error.code)) from None
        except (SMTPException, OSError, TimeoutError) as error:
            raise MailServerUnavailable(_said(error)) from None


async def _leave(client: SMTP) -> None:
    """Says goodbye, if the server listens, and closes the connection at once: nothing is lost with it any more, and a
    server that does not end its TLS would keep it open for half a minute."""
    transport = client.transport
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await client.quit()
    except (SMTPException, OSError, TimeoutError):
        client.close()
    finally:
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


def _text(settings: MailServerSettings) -> str | None:
    return None if settings.smtp_ca_file is None else str(settings.smtp_ca_file)


def _said(error: BaseException) -> str:
    """What went wrong, without words of the server: they may name an address."""
    if isinstance(error, SMTPResponseException):
        return f"the mail server answers with {error.code} ({type(error).__name__})"
    if isinstance(error, SMTPServerDisconnected):
        return "the mail server closed the connection"
    return f"the mail server cannot be reached ({type(error).__name__})"
