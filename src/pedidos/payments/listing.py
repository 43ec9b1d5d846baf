"""A provider's list of charges, page by page: for reconciling, not for the pipeline.

How a provider pages, and what its entries mean, is in charges_pages.py and intents_pages.py.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import aiohttp
import orjson

from pedidos.domain.reconciling import Charge
from pedidos.errors import PedidosError
from pedidos.payments.access import authorization, trust
from pedidos.payments.charges_pages import ChargesPages
from pedidos.payments.intents_pages import IntentsPages
from pedidos.payments.pages import Endless, Page, Pages, Wanted
from pedidos.sentence import Sentence
from pedidos.settings.groups.orders import GatewaySettings

PAGE_SECONDS = 30.0
MAX_BYTES = 4 * 1024 * 1024
"""Maximum size of a page: a thousand charges are a twentieth of that."""

PAGES: Mapping[str, Callable[[], Pages]] = MappingProxyType({"charges": ChargesPages, "intents": IntentsPages})
"""By PEDIDOS_PAYMENT_PROVIDER."""


class NoList(PedidosError):
    """The gateway did not return its charges; the message says why."""


async def charges(settings: GatewaySettings, since: datetime) -> AsyncIterator[list[Charge]]:
    """The charges with our keys that were made or refunded since then. Raises NoList and Misconfigured."""
    pages = PAGES[settings.payment_provider]()
    timeout = aiohttp.ClientTimeout(total=PAGE_SECONDS)
    # What is not compressed cannot unfold into more than is counted below.
    headers = {"Accept-Encoding": "identity", **pages.headers, **authorization(settings.gateway_key)}
    async with aiohttp.ClientSession(
        str(settings.gateway_url),
        connector=aiohttp.TCPConnector(ssl=trust(settings.gateway_ca_file) or True),
        timeout=timeout,
        headers=headers,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    ) as session:
        wanted: Wanted | None = pages.first(since)
        while wanted is not None:
            page = _read(pages, await _page(session, wanted), wanted)
            if page.charges:
                yield page.charges
            wanted = page.following


async def _page(session: aiohttp.ClientSession, wanted: Wanted) -> bytes:
    try:
        async with session.get(wanted.path, params=wanted.parameters, allow_redirects=False) as answer:
            if answer.status != 200:
                raise NoList(Sentence("the gateway answered {status}", status=answer.status))
            body = bytearray()
            async for chunk in answer.content.iter_any():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise NoList(Sentence("the gateway's list is too long"))
            return bytes(body)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise NoList(
            Sentence("the gateway does not answer ({reason})", reason=error or type(error).__name__)
        ) from error


def _read(pages: Pages, body: bytes, wanted: Wanted) -> Page:
    try:
        told: Any = orjson.loads(body)
        return pages.read(told, wanted)
    except Endless as error:
        raise NoList(Sentence("the gateway's list does not come to an end")) from error
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise NoList(Sentence("the gateway's list is not understood")) from error
