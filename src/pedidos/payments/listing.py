"""The gateway's list of charges, page by page: for reconciling, not for the pipeline."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import aiohttp
import orjson

from pedidos.domain.payment import idempotency_key
from pedidos.domain.reconciling import Charge
from pedidos.errors import PedidosError
from pedidos.payments.access import authorization, trust
from pedidos.sentence import Sentence
from pedidos.settings.groups.orders import GatewaySettings

PAGE_SECONDS = 30.0
MAX_BYTES = 4 * 1024 * 1024
"""Maximum size of a page: a thousand charges are a twentieth of that."""
MAX_CENTS = 10**12
PREFIX = "charge:"


class NoList(PedidosError):
    """The gateway did not return its charges; the message says why."""


async def charges(settings: GatewaySettings, since: datetime) -> AsyncIterator[list[Charge]]:
    """The charges with our keys that were made or refunded since then. Raises NoList and Misconfigured."""
    if settings.payment_provider != "charges":
        raise NoList(Sentence("a provider with intents has no list that this reads; compare with its own pages"))
    after = ""
    timeout = aiohttp.ClientTimeout(total=PAGE_SECONDS)
    # What is not compressed cannot unfold into more than is counted below.
    headers = {"Accept-Encoding": "identity", **authorization(settings.gateway_key)}
    async with aiohttp.ClientSession(
        str(settings.gateway_url),
        connector=aiohttp.TCPConnector(ssl=trust(settings.gateway_ca_file) or True),
        timeout=timeout,
        headers=headers,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    ) as session:
        while True:
            page = await _page(session, {"since": str(since.timestamp()), "after": after})
            if not page:
                return
            yield [charge for told in page if (charge := _charge(told)) is not None]
            after = str(page[-1]["key"])


async def _page(session: aiohttp.ClientSession, wanted: dict[str, str]) -> list[dict[str, Any]]:
    try:
        async with session.get("/v1/charges", params=wanted, allow_redirects=False) as answer:
            if answer.status != 200:
                raise NoList(Sentence("the gateway answered {status}", status=answer.status))
            body = bytearray()
            async for chunk in answer.content.iter_any():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise NoList(Sentence("the gateway's list is too long"))
            told = orjson.loads(body)["charges"]
    except (aiohttp.ClientError, TimeoutError) as error:
        raise NoList(
            Sentence("the gateway does not answer ({reason})", reason=error or type(error).__name__)
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        raise NoList(Sentence("the gateway's list is not understood")) from error
    if not isinstance(told, list) or not all(isinstance(one, dict) and isinstance(one.get("key"), str) for one in told):
        raise NoList(Sentence("the gateway's list is not understood"))
    if told and told[-1]["key"] <= wanted["after"]:
        raise NoList(Sentence("the gateway's list does not come to an end"))
    return told


def _charge(told: dict[str, Any]) -> Charge | None:
    """A charge; None if it is not ours, or if no money was ever requested for it."""
    key, status, amount = told["key"], told.get("status"), told.get("amount_cents")
    if not key.startswith(PREFIX) or not isinstance(status, str) or type(amount) is not int:
        return None
    if not 0 < amount <= MAX_CENTS:
        return None
    try:
        order_id = UUID(key.removeprefix(PREFIX))
    except ValueError:
        return None
    return Charge(key, order_id, status, amount) if key == idempotency_key(order_id) else None
