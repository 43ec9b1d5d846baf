"""A client of the platform: signs in, reads the catalogue, places orders, moves them."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any
from uuid import uuid4

import httpx2
import stamina
from stamina.instrumentation import set_on_retry_hooks

from pedidos.sentence import Sentence

Json = dict[str, Any]

NOTHING_MORE: Mapping[str, object] = MappingProxyType({})

RETRY = stamina.AsyncRetryingCaller(attempts=4, timeout=None, wait_initial=0.2, wait_max=2.0, wait_jitter=0.2)
CONNECT_SECONDS = 3.0
REQUEST_SECONDS = 10.0
"""From connecting to the last byte of the answer."""

REPEATABLE = frozenset({429, 502, 503, 504})
LONGEST_WAIT_SECONDS = 60.0
"""The longest wait before a retry, even if Retry-After asks for more."""

RENEW_SECONDS = 30.0
"""A token that expires within this time is replaced before it is used."""

set_on_retry_hooks(())  # by default, stamina logs each retry through structlog, into the output of the commands


class Refused(Exception):
    """The platform answered with an error. status is HTTP's; problem is the RFC 9457 answer; retry_after is in
    seconds."""

    def __init__(self, status: int, problem: Json, retry_after: float = 0.0) -> None:
        said = problem.get("detail") or _wrong(problem) or problem.get("title") or Sentence("no reason given")
        super().__init__(Sentence("{status}: {reason}", status=status, reason=said))
        self.status, self.problem, self.retry_after = status, problem, retry_after

    @classmethod
    def by(cls, response: httpx2.Response) -> "Refused":
        """Creates the error from a response whose body has been read. A body that is not JSON becomes the detail."""
        try:
            problem = response.json()
        except ValueError:
            problem = {"detail": response.text[:200]}
        return cls(response.status_code, problem, float(response.headers.get("Retry-After", 0)))


def _wrong(problem: Json) -> str:
    """The fields that are not valid, each with the reason; empty if the problem names none."""
    errors = problem.get("errors")
    named = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    return "; ".join(f"{each.get('field')}: {each.get('message')}" for each in named)


class Unreachable(Exception):
    """The platform did not answer, even after several attempts."""


@dataclass(frozen=True, slots=True)
class Address:
    """The platform's URL, and the certificate authority that signs for it (None: those that the system trusts).
    trace_key: with it, orders are traced."""

    url: str
    ca_file: Path | None
    trace_key: str | None = None


def retry_delay(failure: Exception) -> bool | float:
    """For stamina: whether to repeat the request, or the seconds to wait if the platform has asked for that."""
    if isinstance(failure, Refused):
        return failure.status in REPEATABLE and (min(failure.retry_after, LONGEST_WAIT_SECONDS) or True)
    return isinstance(failure, (httpx2.TransportError, TimeoutError))


def reason(failure: Exception) -> str:
    """Why there was no answer, in words."""
    if isinstance(failure, httpx2.ConnectError):
        return Sentence("Cannot connect ({reason})", reason=failure)
    return str(failure) or Sentence("no answer in time")


class ApiClient:
    """The API as one account uses it. Use as an async context manager."""

    def __init__(self, address: Address, email: str, password: str) -> None:
        self.email = email
        self._address = address
        self._password = password
        self._token = ""
        self._token_until = 0.0
        self._signing_in = asyncio.Lock()

    async def __aenter__(self) -> "ApiClient":
        cafile = None if self._address.ca_file is None else str(self._address.ca_file)
        self.http = httpx2.AsyncClient(
            base_url=self._address.url,
            verify=ssl.create_default_context(cafile=cafile),
            trust_env=False,  # the platform is on this machine: no proxy
            timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=None),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()

    async def merchants(self) -> list[Json]:
        answer = await self.call("GET", "/v1/merchants")
        items: list[Json] = answer["items"]
        return items

    async def products(self, merchant_id: str) -> list[Json]:
        answer = await self.call("GET", f"/v1/merchants/{merchant_id}/products")
        items: list[Json] = answer["items"]
        return items

    async def place(
        self, merchant_id: str, items: Mapping[str, int], payment_token: str, more: Mapping[str, object] = NOTHING_MORE
    ) -> Json:
        """Places one order: product id to quantity. Repeats it on failure with the same Idempotency-Key, so it is
        placed once."""
        lines = [{"product_id": product, "quantity": quantity} for product, quantity in items.items()]
        body = {"merchant_id": merchant_id, "items": lines, "payment_token": payment_token, **more}
        traced = {"Pedidos-Trace-Key": self._address.trace_key} if self._address.trace_key else {}
        return await self.call("POST", "/v1/orders", body, {"Idempotency-Key": str(uuid4()), **traced})

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
        """The Authorization header. Signs in when needed, once for all requests that wait for it."""
        async with self._signing_in:
            if time.monotonic() > self._token_until - RENEW_SECONDS:
                await self.sign_in()
        return {"Authorization": f"Bearer {self._token}"}

    async def sign_in(self) -> None:
        """Raises Refused when the password is wrong or the account was tried too often."""
        body = {"email": self.email, "password": self._password}
        answer = await self._repeat("POST", "/v1/auth/token", body, {})
        self._token = answer["access_token"]
        self._token_until = time.monotonic() + answer["expires_in"]

    async def call(
        self, method: str, path: str, body: Json | None = None, headers: Mapping[str, str] | None = None
    ) -> Json:
        """Sends a request from this account; repeats it while the platform is down. Raises Refused, Unreachable."""
        return await self._repeat(method, path, body, {**await self.headers(), **(headers or {})})

    async def _repeat(self, method: str, path: str, body: Json | None, headers: Mapping[str, str]) -> Json:
        try:
            return await RETRY(retry_delay, self._once, method, path, body, headers)
        except (httpx2.TransportError, TimeoutError) as failure:
            raise Unreachable(
                Sentence("{url}{path}: {reason}", url=self._address.url, path=path, reason=reason(failure))
            ) from failure

    async def _once(self, method: str, path: str, body: Json | None, headers: Mapping[str, str]) -> Json:
        async with asyncio.timeout(REQUEST_SECONDS):
            response = await self.http.request(method, path, json=body, headers=headers)
        if response.is_error:
            raise Refused.by(response)
        answer = response.json() if response.content else {}
        return answer if isinstance(answer, dict) else {"items": answer}
