"""Sends one delivery to a subscriber: signed, without redirects, with one limit of time and one of bytes."""

import asyncio
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

from pedidos.domain.texts import printable
from pedidos.domain.webhooks import Answer
from pedidos.messaging.codec import SOURCE, TYPE_PREFIX
from pedidos.processes.notifier.guard import Guard, InnerAddress
from pedidos.security.webhook_signing import Secret, signatures
from pedidos.storage.webhooks.queue import MAX_ANSWER, MAX_REASON, Due

MOST_BYTES = 64 * 1024
"""Of an answer; the rest is not read."""
BODY_SECONDS = 2.0
"""Longest wait for the body."""
CONNECTIONS = 400
"""At the same time, to all subscribers together."""


class WebhookClient:
    """To be used on an event loop. timeout_seconds: for a request with everything. ca_file: an authority to trust
    besides those of the system."""

    def __init__(self, guard: Guard, timeout_seconds: float, ca_file: Path | None) -> None:
        context = ssl.create_default_context()
        if ca_file is not None:
            context.load_verify_locations(ca_file)
        self._timeout_seconds = timeout_seconds
        self._session = ClientSession(
            connector=TCPConnector(ssl=context, limit=CONNECTIONS, limit_per_host=50, socket_factory=guard.open),
            timeout=ClientTimeout(total=None),
            trust_env=False,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,  # a small answer cannot become a large one
            headers={"User-Agent": "pedidos-webhooks/1"},
        )

    async def close(self) -> None:
        await self._session.close()

    async def send(self, url: str, delivery: Due, secrets: Sequence[Secret]) -> tuple[Answer, str]:
        """The answer, and the beginning of its body. It never raises for what a subscriber does."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._send(url, delivery, secrets)
        except TimeoutError:
            return Answer(0, f"no answer within {self._timeout_seconds:g} s"), ""
        except (ClientError, OSError, ValueError) as error:
            return Answer(0, _why(error)), ""

    async def _send(self, url: str, delivery: Due, secrets: Sequence[Secret]) -> tuple[Answer, str]:
        body = delivery.body.encode()
        message_id, now = f"{delivery.order_id.hex}-{delivery.version}", int(time.time())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": signatures(secrets, message_id, now, body),
            "ce-specversion": "1.0",
            "ce-id": f"{delivery.order_id}/{delivery.version}",
            "ce-source": SOURCE,
            "ce-type": f"{TYPE_PREFIX}{delivery.type}",
        }
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            beginning = await _beginning(answer)
            if 300 <= answer.status < 400:
                found = Answer(answer.status, "it redirects, which is not followed")
            else:
                found = Answer(answer.status, "", _seconds(answer.headers.get("Retry-After")))
            return found, printable(beginning[:MAX_ANSWER].decode("utf-8", "replace"), MAX_ANSWER)


async def _beginning(answer: ClientResponse) -> bytes:
    """Of the body. A subscriber that dies after its status, or goes on without end, has answered all the same."""
    with suppress(ClientError, OSError, TimeoutError):
        async with asyncio.timeout(BODY_SECONDS):
            return await answer.content.read(MOST_BYTES)
    return b""


def _seconds(retry_after: str | None) -> float | None:
    """What Retry-After says (RFC 9110, 10.2.3): seconds, or a date."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _why(error: BaseException) -> str:
    """The reason, for the owner. An address inside is not named: it would tell what is there."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, InnerAddress):
            return "its address is not public"
        cause = getattr(cause, "os_error", None) or cause.__cause__
    return printable(f"{type(error).__name__}: {error}".splitlines()[0], MAX_REASON)
