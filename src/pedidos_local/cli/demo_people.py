"""The actors of a demo: customers who order in several ways, and merchants who process their orders."""

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

from pedidos.cli.language import told
from pedidos.domain.order import STAYS
from pedidos_local.cli.demo_tally import Tally
from pedidos_local.client.api_client import ApiClient, Json, Refused, Unreachable
from pedidos_local.client.stream import Event

SCARCE_UNITS = 50
"""A product with fewer units counts as scarce."""

FAILED = (Refused, Unreachable)


@dataclass(frozen=True, slots=True)
class Wish:
    """An order to be placed. cancel_after: seconds until the customer cancels it."""

    merchant_id: str
    items: dict[str, int]
    token: str = "tok_ok"  # noqa: S105  # of the gateway simulator
    cancel_after: float | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """What can be ordered: pairs of merchant and product. closed: of merchants that never open."""

    plenty: list[tuple[str, str]]
    scarce: list[tuple[str, str]]
    closed: list[tuple[str, str]]


async def look_around(someone: ApiClient) -> Shelf:
    """The catalogue, as a customer sees it."""
    shelf = Shelf([], [], [])
    for merchant in await someone.merchants():
        for product in await someone.products(merchant["id"]):
            pair = (merchant["id"], product["id"])
            few = product["on_hand"] < SCARCE_UNITS
            (shelf.closed if not merchant["hours"] else shelf.scarce if few else shelf.plenty).append(pair)
    return shelf


def wishes(shelf: Shelf, chance: random.Random) -> Iterator[Wish]:
    """An endless sequence of orders: mostly normal ones, and some of every kind that can go wrong."""
    kinds = ("plain", "declined", "scarce", "closed", "cancelled", "flaky", "slow")
    weights = (70, 8, 6, 4, 6, 4, 2)
    while True:
        (kind,) = chance.choices(kinds, weights)
        merchant, product = chance.choice(shelf.plenty)
        others = [other for owner, other in shelf.plenty if owner == merchant]
        basket = {each: chance.randint(1, 3) for each in chance.sample(others, chance.randint(1, min(3, len(others))))}
        match kind:
            case "declined":
                yield Wish(merchant, basket, "tok_declined")
            case "scarce" if shelf.scarce:
                owner, rare = chance.choice(shelf.scarce)
                yield Wish(owner, {rare: chance.randint(1, 5)})
            case "closed" if shelf.closed:
                owner, late = chance.choice(shelf.closed)
                yield Wish(owner, {late: 1})
            case "cancelled":
                yield Wish(merchant, {product: 1}, cancel_after=chance.choice((0.0, 0.05, 1.0)))
            case "flaky":
                yield Wish(merchant, basket, "tok_error_then_ok")
            case "slow":
                yield Wish(merchant, {product: 1}, "tok_slow")
            case _:
                yield Wish(merchant, basket)


async def order(customer: ApiClient, wish: Wish, tally: Tally) -> None:
    """Places the order, and cancels it if the wish says so; counts failures."""
    began = time.monotonic()
    try:
        answer = await customer.place(wish.merchant_id, wish.items, wish.token)
    except FAILED as failure:
        tally.refuse(_brief(failure))
        return
    tally.accept(answer["id"], (time.monotonic() - began) * 1000)
    if wish.cancel_after is not None:
        await asyncio.sleep(wish.cancel_after)
        await _move(customer, answer["id"], "cancel", tally)


@dataclass(slots=True)
class Merchant:
    """Prepares, dispatches and delivers confirmed orders, each after a short pause."""

    person: ApiClient
    merchant_id: str
    tally: Tally

    @classmethod
    async def of(cls, person: ApiClient, tally: Tally) -> "Merchant":
        me: Json = await person.me()
        return cls(person, me["merchant_id"], tally)

    async def hear(self, event: Event, chance: random.Random) -> None:
        """Takes the next step for one of this merchant's orders."""
        verb = {"confirmed": "prepare", "preparing": "dispatch", "on_its_way": "deliver"}.get(event.data["status"])
        if verb is None or event.type in STAYS:
            return
        await asyncio.sleep(chance.uniform(0.5, 3.0))
        await _move(self.person, event.data["order_id"], verb, self.tally)


async def _move(person: ApiClient, order_id: str, verb: str, tally: Tally) -> None:
    try:
        await person.move(order_id, verb)
    except Refused as refused:
        if refused.status != 409:  # the order has moved meanwhile, which is not a failure
            tally.refuse(f"{verb}: {_brief(refused)}")
    except FAILED as failure:
        tally.refuse(f"{verb}: {_brief(failure)}")


def _brief(failure: Exception) -> str:
    return told(failure)[:100] or type(failure).__name__
