"""Serves SMTP with STARTTLS and a password, as a mail server of the world outside does."""

import asyncio
import hmac
import ssl
from collections.abc import Callable

import structlog
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

MOST_BYTES = 1024 * 1024

logger = structlog.get_logger()


class Box:
    """What happens to a mail that came. keep: returns once it is kept; may raise OSError."""

    def __init__(self, keep: Callable[[bytes], None]) -> None:
        self._keep = keep

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # its name
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        try:
            await asyncio.to_thread(self._keep, content)
        except OSError:
            logger.exception("mail not kept")
            return "452 4.3.1 It cannot be kept now"
        return "250 2.0.0 Kept"


def protocol(keep: Callable[[bytes], None], user: str, password: str, tls: ssl.SSLContext) -> Callable[[], SMTP]:
    """Makes the protocol of each connection: no mail without encryption, then the password."""

    def is_known(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object) -> AuthResult:
        known = (
            isinstance(given, LoginPassword)
            and hmac.compare_digest(given.login, user.encode())
            and hmac.compare_digest(given.password, password.encode())
        )
        return AuthResult(success=known)

    return lambda: SMTP(
        Box(keep),
        hostname="localhost",
        data_size_limit=MOST_BYTES,
        tls_context=tls,
        require_starttls=True,
        authenticator=is_known,
        auth_required=True,
        auth_require_tls=True,
        ident="pedidos postbox",
    )
