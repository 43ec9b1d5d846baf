"""The load of a drill: customers who order over HTTPS and record every answer they get.

Their record is independent: the ledger trusts it, not the platform.
"""

import asyncio
import json
import random
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any
from uuid import UUID, uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from pedidos.setup import demo_accounts
from pedidos.setup.demo import MARKET, PIZZERIA, demo_id
from pedidos.setup.demo_accounts import ACCOUNTS
from pedidos.setup.demo_handover import DELIVERY
from pedidos_drills.ledger.records import Answered

REQUEST_SECONDS = 12.0
"""Maximum wait for one answer: the platform should have answered long before."""

TRY_SECONDS = (0.1, 1.0)
"""Shortest and longest pause before a request is repeated under the same key."""

GIVE_UP_SECONDS = 120.0
LOOK_SECONDS = 0.03

TOKENS = (
    *(["tok_ok"] * 80),
    *(["tok_declined"] * 8),
    *(["tok_error_then_ok"] * 4),
    *(["tok_timeout_after_charge"] * 3),
    *(["tok_cut"] * 2),
    *(["tok_error_after_charge"] * 2),
    "tok_slow",
)
BASKETS: tuple[tuple[UUID, Sequence[int]], ...] = (
    (PIZZERIA, (101, 103)),
    (PIZZERIA, (102,)),
    (PIZZERIA, (103, 101, 102)),
    (MARKET, (201, 202)),
    (MARKET, (203,)),
    (PIZZERIA, (104,)),  # of which there are ten
)


WITH_OPTIONS = demo_id(102)
"""A product of some baskets. Half of the load's orders for it have a choice of each of its groups."""

NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})
DELIVERED: Mapping[str, Any] = MappingProxyType({"handover": dict(DELIVERY), "tip_cents": 150})
"""Further members of an order that is delivered."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What is ordered and how it is paid: each choice has the probability of its frequency.

    cancelled: share of the orders that their customer cancels a moment later. delivered: share of the orders with an
    address, a delivery fee and a tip. coupon: share with a discount, of those of the shop that gives it. later: share
    of the orders for a time tomorrow.
    """

    tokens: Sequence[str] = TOKENS
    cancelled: float = 0.05
    delivered: float = 0.25
    coupon: float = 0.0
    later: float = 0.0


USUAL = Mix()
EVERYTHING = Mix(delivered=0.5, coupon=0.5, later=0.1)
"""With all that an order can have. A drill has to let the time of the orders for later come: its runner does."""

COUPON_SHOP, COUPON = PIZZERIA, "LOAD-10"


@dataclass(frozen=True, slots=True)
class Customer:
    id: str
    email: str
    token: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The result of a request: status 0 and a reason if no answer came. body: {} unless it is JSON."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)
    retry_after: bool = False
    reason: str = ""


class Load:
    """Places orders at a steady rate; the seed decides what is ordered. Use as an async context manager."""

    def __init__(
        self, url: str, ca_file: Path | None, passwords: dict[str, str], seed: int, trace_key: str | None = None
    ) -> None:
        """trace_key: with it, every order is traced."""
        self.answers: list[Answered] = []
        self.accepted: set[str] = set()
        self.placed = 0
        self.seed = seed
        self._url = url
        self._ca_file = ca_file
        self._passwords = passwords
        self._trace_key = trace_key
        self._random = random.Random(seed)  # noqa: S311  # the same seed, the same load
        self._picks = random.Random(f"{seed} picks")  # noqa: S311  # apart, so that the rest of the load stays as it was
        self._choices: list[str] = []
        self._coupon = False
        self.for_later: list[str] = []
        """Orders that were accepted for a time tomorrow."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._pump: asyncio.Task[None] | None = None
        self._planned = asyncio.Event()
        self._enough = asyncio.Event()
        self._customers: list[Customer] = []

    async def __aenter__(self) -> "Load":
        context = ssl.create_default_context(cafile=self._ca_file)
        self.session = ClientSession(
            self._url,
            connector=TCPConnector(ssl=context, limit=100),
            timeout=ClientTimeout(total=REQUEST_SECONDS),
            headers={"Pedidos-Trace-Key": self._trace_key} if self._trace_key else None,
        )
        async with self.session.get(f"/v1/products/{WITH_OPTIONS}") as answer:
            # It may be withdrawn, and an api of the release before knows no groups.
            groups = (await answer.json()).get("groups", ()) if answer.status == 200 else ()
            self._choices = [group["choices"][0]["id"] for group in groups]
        for account in ACCOUNTS:
            if account.role == "customer":
                token = await self.sign_in(account.email)
                self._customers.append(Customer(str(demo_id(account.number)), account.email, token))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in [*self._tasks, *([self._pump] if self._pump else [])]:
            task.cancel()
        await self.session.close()

    async def sign_in(self, email: str) -> str:
        """An access token."""
        body = {"email": email, "password": self._passwords[email]}
        async with self.session.post("/v1/auth/token", json=body) as answer:
            answer.raise_for_status()
            token: str = (await answer.json())["access_token"]
            return token

    async def offer_coupon(self) -> None:
        """A shop gives a discount, which the orders of a mix with coupons have."""
        owner = demo_accounts.owner_of(demo_accounts.PIZZERIA)
        headers = {"Authorization": f"Bearer {await self.sign_in(owner.email)}"}
        body = {"code": COUPON, "percent": 10}
        async with self.session.post(f"/v1/merchants/{COUPON_SHOP}/coupons", json=body, headers=headers) as answer:
            answer.raise_for_status()
        self._coupon = True

    def start(self, orders: int, rate: float, mix: Mix) -> None:
        """Starts to place orders at this rate per second, regardless of earlier results: at least this many, and then
        until enough() is called."""
        self._planned.clear()
        self._enough.clear()
        self._pump = asyncio.create_task(self._place_many(orders, rate, mix))

    async def placed_all(self) -> None:
        """Returns when the planned number of orders is placed, answered or not."""
        await self._planned.wait()

    def enough(self) -> None:
        """Stops after the planned number of orders."""
        self._enough.set()

    def stop(self) -> None:
        """Places no more orders, and waits for no answer."""
        if self._pump is not None:
            self._pump.cancel()

    async def finish(self) -> None:
        """Calls enough() and returns when every order has its last answer."""
        self.enough()
        if self._pump is not None:
            await self._pump
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def until_accepted(self, more: int) -> None:
        """Returns when this many more orders are accepted than now, or the load is over."""
        wanted = len(self.accepted) + more
        while len(self.accepted) < wanted and not self._done:
            await asyncio.sleep(LOOK_SECONDS)

    @property
    def _done(self) -> bool:
        return (self._pump is None or self._pump.done()) and not self._tasks

    async def order(
        self,
        customer: int = 0,
        products: Sequence[UUID] = (demo_id(101),),
        token: str = TOKENS[0],
        merchant: UUID = PIZZERIA,
        key: str | None = None,
        more: Mapping[str, Any] = MappingProxyType({}),
    ) -> str | None:
        """Places one order and repeats the request until it has an answer; returns the order's id if it was accepted.

        key: an Idempotency-Key to use instead of a new one. more: further members of the order.
        """
        body = {**_body(merchant, products, token), **more}
        order_id = await self._place(self._customer(customer), body, key or str(uuid4()))
        self._count(order_id)
        return order_id

    async def order_once(self, customer: int, products: Sequence[UUID], merchant: UUID) -> Answered:
        """Places one order with a valid card, in one request that is not repeated; returns its answer."""
        answer = await self._ask(self._customer(customer), _body(merchant, products, TOKENS[0]), str(uuid4()))
        self._count(answer.order_id)
        return answer

    async def cancel(self, order_id: str, customer: int) -> int:
        """Cancels an order as its customer, in one request; returns the status of the answer, 0 without one."""
        reply = await self._request(self._customer(customer), "POST", f"/v1/orders/{order_id}/cancel")
        return reply.status

    async def status_of(self, order_id: str, customer: int) -> str | None:
        """The order's status as its customer sees it; None without an answer."""
        reply = await self._request(self._customer(customer), "GET", f"/v1/orders/{order_id}")
        status = reply.body.get("status")
        return status if isinstance(status, str) else None

    async def rate(self, order_id: str, customer_id: str, stars: int) -> int | None:
        """Rates an order in the name of its customer. The stars that it has then; None without an answer, or if it was
        refused."""
        (customer,) = (each for each in self._customers if each.id == customer_id)
        reply = await self._request(customer, "PUT", f"/v1/orders/{order_id}/rating", {"stars": stars})
        if reply.status != 200:
            return None
        given: int = reply.body["rating"]["stars"]
        return given

    def customer_id(self, customer: int) -> str:
        """The account id of one of the customers, chosen by a number."""
        return self._customer(customer).id

    def _customer(self, number: int) -> Customer:
        return self._customers[number % len(self._customers)]

    def asked(self, key: str, customer: int = 0) -> list[Answered]:
        """Every answer that the customer has got to requests with the key."""
        whose = self.customer_id(customer)
        return [answer for answer in self.answers if answer.key == key and answer.customer_id == whose]

    async def follow(self, order_id: str, customer: int = 0) -> str:
        """The order's live stream as text, from its first event until it ends or a request's time is over."""
        told = []
        headers = {"Authorization": f"Bearer {self._customer(customer).token}"}
        try:
            async with self.session.get(f"/v1/orders/{order_id}/events", headers=headers) as answer:
                async for line in answer.content:
                    told.append(line.decode())
        except (ClientError, TimeoutError):
            told.append("(cut off)\n")
        return "".join(told)

    def note(self, answer: Answered) -> None:
        """Adds to the record the answer to an order that the drill itself has placed, without the api."""
        self.answers.append(answer)
        self._count(answer.order_id)

    async def _place_many(self, orders: int, rate: float, mix: Mix) -> None:
        began = time.monotonic()
        for number in count():
            if number == orders:
                self._planned.set()
            if number >= orders and self._enough.is_set():
                return
            await asyncio.sleep(began + number / rate - time.monotonic())
            merchant, products = self._random.choice(BASKETS)
            customer = self._random.choice(self._customers)
            token = self._random.choice(mix.tokens)
            cancels = self._random.random() < mix.cancelled
            more = DELIVERED if self._random.random() < mix.delivered else NOTHING_MORE
            body = {**_body(merchant, [*map(demo_id, products)], token), **more}
            for item in body["items"]:
                if item["product_id"] == str(WITH_OPTIONS) and self._picks.random() < 0.5 and self._choices:
                    item["choices"] = self._choices
            if merchant == COUPON_SHOP and self._coupon and self._picks.random() < mix.coupon:
                body["coupon"] = COUPON
            if mix.later and self._picks.random() < mix.later:
                body["scheduled_for"] = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
            work = self._order_and_perhaps_cancel(customer, body, cancels=cancels)
            task = asyncio.create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            self.placed += 1

    async def _order_and_perhaps_cancel(self, customer: Customer, body: Mapping[str, Any], *, cancels: bool) -> None:
        order_id = await self._place(customer, body, str(uuid4()))
        self._count(order_id)
        if order_id is not None and "scheduled_for" in body:
            self.for_later.append(order_id)
        if cancels and order_id is not None:
            await asyncio.sleep(self._random.random() / 2)
            # Whatever the answer, even none: the ledger checks whether the result is right.
            await self._request(customer, "POST", f"/v1/orders/{order_id}/cancel")

    def _count(self, order_id: str | None) -> None:
        if order_id is not None:
            self.accepted.add(order_id)

    async def _place(self, customer: Customer, body: Mapping[str, Any], key: str) -> str | None:
        pause, longest = TRY_SECONDS
        until = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < until:
            answer = await self._ask(customer, body, key)
            if answer.status and answer.status not in (409, 429, 500, 502, 503, 504):
                return answer.order_id
            await asyncio.sleep(pause * (0.5 + self._random.random()))
            pause = min(pause * 2, longest)
        return None

    async def _ask(self, customer: Customer, body: Mapping[str, Any], key: str) -> Answered:
        """Sends one request to place an order, and records its answer."""
        began = time.monotonic()
        reply = await self._request(customer, "POST", "/v1/orders", body, {"Idempotency-Key": key})
        order_id = reply.body.get("id") if 200 <= reply.status < 300 else None
        now = time.monotonic()
        answer = Answered(key, customer.id, reply.status, order_id, now, now - began, reply.retry_after, reply.reason)
        self.answers.append(answer)
        return answer

    async def _request(
        self,
        customer: Customer,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Reply:
        sent = {"Authorization": f"Bearer {customer.token}", **headers}
        try:
            async with self.session.request(method, path, json=body, headers=sent) as answer:
                text = await answer.text()
                try:
                    parsed = json.loads(text)
                except ValueError:
                    parsed = {}
                return Reply(answer.status, parsed, "Retry-After" in answer.headers)
        except (ClientError, TimeoutError, OSError) as error:
            return Reply(0, reason=f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


def _body(merchant: UUID, products: Sequence[UUID], token: str) -> dict[str, Any]:
    return {
        "merchant_id": str(merchant),
        "items": [{"product_id": str(product), "quantity": 1} for product in products],
        "payment_token": token,
    }
