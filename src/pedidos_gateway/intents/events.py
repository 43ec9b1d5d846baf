"""Tells by signed webhooks what happened, again until it is taken: t=TIME,v1=HMAC-SHA256 of "TIME.BODY"."""

import asyncio
import hashlib
import hmac
import random
import secrets
import ssl
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import structlog

from pedidos_gateway.intents.faults import Faults

log = structlog.get_logger()

SIGNATURE_HEADER = "Stripe-Signature"
ANSWER_SECONDS = 10.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0
MOST_TRIES = 50


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The value of the header."""
    made = hmac.new(secret.encode(), b"%d.%s" % (timestamp, body), hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={made}"


class Teller:
    """url: where events are sent; None for nowhere. secret: signs. To be used on an event loop."""

    def __init__(self, url: str | None, secret: str, ca_file: Path | None) -> None:
        self._url = url
        self._secret = secret
        context = None if ca_file is None else ssl.create_default_context(cafile=ca_file)
        connector = aiohttp.TCPConnector(ssl=context or True)
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """What was not taken yet is not told any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    async def tell(self, told: Sequence[tuple[str, dict[str, Any]]], faults: Faults) -> None:
        """Begins to send these. If they are to be early, returns when each was sent once."""
        if self._url is None:
            return
        bodies = [_event(kind, about) for kind, about in told if not faults.draw(faults.events_lost)]
        taken = [False] * len(bodies)
        if faults.early:
            taken = await asyncio.gather(*(self._send(self._url, body) for body in bodies))
        for body, was_taken in zip(bodies, taken, strict=True):
            for _ in range((not was_taken) + faults.draw(faults.events_repeated)):
                task = asyncio.create_task(self._until_taken(self._url, body, faults.events_late_ms / 1000))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _until_taken(self, url: str, body: bytes, late_seconds: float) -> None:
        await asyncio.sleep(random.random() * late_seconds)  # noqa: S311  # a dice, not a secret
        pause = FIRST_PAUSE_SECONDS
        for _ in range(MOST_TRIES):
            if await self._send(url, body):
                return
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE_SECONDS, 2 * pause)
        log.warning("event.given_up")

    async def _send(self, url: str, body: bytes) -> bool:
        """Whether it was taken."""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            SIGNATURE_HEADER: signature(self._secret, int(time.time()), body),
        }
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("event.not_taken", error=str(error))
            return False


def _event(kind: str, about: dict[str, Any]) -> bytes:
    return orjson.dumps(
        {
            "id": f"evt_{secrets.token_hex(12)}",
            "object": "event",
            "created": int(time.time()),
            "livemode": False,
            "type": kind,
            "data": {"object": about},
        }
    )
