"""Someone who uses the platform: signs in, looks at the catalogue, places orders, moves them on."""

import asyncio
import json
import random
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

from aiohttp import ClientConnectionError, ClientSession, ClientTimeout, TCPConnector

from pedidos.domain.retry import RetryPolicy

Json = dict[str, Any]

RETRY = RetryPolicy(base_seconds=0.2, cap_seconds=2.0, max_attempts=4)
TIMEOUT = ClientTimeout(total=10.0, sock_connect=3.0)
REPEATABLE = frozenset({429, 502, 503, 504})
LONGEST_WAIT_SECONDS = 60.0
"""However long Retry-After asks for."""

RENEW_SECONDS = 30.0
"""A token that ends so soon is replaced before it is used."""


class Refused(Exception):
    """The platform said no. status is HTTP's; problem is its RFC 9457 answer; retry_after is in seconds."""

    def __init__(self, status: int, problem: Json, retry_after: float = 0.0) -> None:
        said = problem.get("detail") or problem.get("title") or "no reason given"
        super().__init__(f"{status}: {said}")
        self.status, self.problem, self.retry_after = status, problem, retry_after


class Unreachable(Exception):
    """The platform did not answer, not even after some attempts."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the platform is, and the authority that vouches for it (None: those that the system trusts)."""

    url: str
    ca_file: Path | None


class ApiClient:
    """An account at work. Use as an async context manager."""

    def __init__(self, address: Address, email: str, password: str) -> None:
        self.email = email
        self._address = address
        self._password = password
        self._token = ""
        self._token_until = 0.0
        self._signing_in = asyncio.Lock()

    async def __aenter__(self) -> "ApiClient":
        cafile = None if self._address.ca_file is None else str(self._address.ca_file)
        connector = TCPConnector(ssl=ssl.create_default_context(cafile=cafile), limit=0)
        self.session = ClientSession(self._address.url, connector=connector, timeout=TIMEOUT)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    async def merchants(self) -> list[Json]:
        answer = await self.call("GET", "/v1/merchants")
        items: list[Json] = answer["items"]
        return items

    async def products(self, merchant_id: str) -> list[Json]:
        answer = await self.call("GET", f"/v1/merchants/{merchant_id}/products")
        items: list[Json] = answer["items"]
        return items

    async def place(self, merchant_id: str, items: Mapping[str, int], payment_token: str) -> Json:
        """Place one order: product id to quantity. Repeated on failure under one Idempotency-Key, so placed once."""
        lines = [{"product_id": product, "quantity": quantity} for product, quantity in items.items()]
        body = {"merchant_id": merchant_id, "items": lines, "payment_token": payment_token}
        return await self.call("POST", "/v1/orders", body, {"Idempotency-Key": str(uuid4())})

    async def order(self, order_id: str) -> Json:
        return await self.call("GET", f"/v1/orders/{order_id}")

    async def product(self, product_id: str) -> Json:
        return await self.call("GET", f"/v1/products/{product_id}")

    async def me(self) -> Json:
        return await self.call("GET", "/v1/me")

    async def move(self, order_id: str, verb: str) -> Json:
        """verb: cancel, prepare, dispatch or deliver. Raises Refused with 409 when the order cannot."""
        return await self.call("POST", f"/v1/orders/{order_id}/{verb}")

    async def headers(self) -> dict[str, str]:
        """What shows who one is; signs in when needed, once for all who wait for it."""
        async with self._signing_in:
            if time.monotonic() > self._token_until - RENEW_SECONDS:
                await self.sign_in()
        return {"Authorization": f"Bearer {self._token}"}

    async def sign_in(self) -> None:
        """Raises Refused when the password is wrong or the account was too often tried."""
        body = {"email": self.email, "password": self._password}
        answer = await self._repeat("POST", "/v1/auth/token", body, {})
        self._token = answer["access_token"]
        self._token_until = time.monotonic() + answer["expires_in"]

    async def call(
        self, method: str, path: str, body: Json | None = None, headers: Mapping[str, str] | None = None
    ) -> Json:
        """One request as this person, repeated while the platform is away. Raises Refused, Unreachable."""
        return await self._repeat(method, path, body, {**await self.headers(), **(headers or {})})

    async def _repeat(self, method: str, path: str, body: Json | None, headers: Mapping[str, str]) -> Json:
        attempt = 1
        while True:
            least = 0.0
            try:
                return await self._once(method, path, body, headers)
            except (ClientConnectionError, TimeoutError, Refused) as failure:
                if isinstance(failure, Refused):
                    if failure.status not in REPEATABLE:
                        raise
                    least = min(failure.retry_after, LONGEST_WAIT_SECONDS)
                delay = RETRY.delay(attempt, random.random())  # noqa: S311  # jitter, not a secret
                if delay is None:
                    if isinstance(failure, Refused):
                        raise
                    raise Unreachable(f"{self._address.url}{path}: {failure or 'no answer in time'}") from failure
            await asyncio.sleep(max(delay, least))
            attempt += 1

    async def _once(self, method: str, path: str, body: Json | None, headers: Mapping[str, str]) -> Json:
        async with self.session.request(method, path, json=body, headers=headers) as response:
            text = await response.text()
            try:
                answer = json.loads(text) if text else {}
            except ValueError:
                answer = {"detail": text[:200]}
            if response.status >= 400:
                raise Refused(response.status, answer, float(response.headers.get("Retry-After", 0)))
            return answer if isinstance(answer, dict) else {"items": answer}
