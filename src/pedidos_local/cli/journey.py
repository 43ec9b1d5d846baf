"""Places one order and follows it, with the time of each hop."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pedidos.domain.order import IN_FLIGHT, Status
from pedidos.sentence import Sentence
from pedidos_local.client.api_client import ApiClient, Json
from pedidos_local.client.stream import Event, follow

PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Basket:
    """What is ordered, and how it is paid. items: product id to quantity. more: further members of the order, as the
    API has them."""

    merchant_id: str
    items: Mapping[str, int]
    payment_token: str
    more: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Journey:
    """What was seen of an order. Times are in seconds since 1970, by this machine's clock."""

    basket: Basket
    sent_at: float = 0.0
    answered_at: float = 0.0
    answer: Json = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    @property
    def status(self) -> str:
        return str(self.events[-1].data["status"] if self.events else self.answer.get("status", Status.RECEIVED))

    @property
    def committed_at(self) -> float:
        """When the order was committed, as the API's answer says."""
        return datetime.fromisoformat(self.answer["created_at"]).timestamp()

    def hops(self) -> list[tuple[str, float]]:
        """What happened and how many milliseconds after the request was sent, in that order of time."""
        placed = next((event for event in self.events if event.type == "order.placed"), None)
        moments: list[tuple[str, float | None]] = [(Sentence("answered by the API"), self.answered_at or None)]
        if placed is not None:
            moments.append((Sentence("committed in PostgreSQL"), placed.moment("occurred_at")))
            moments.append((Sentence("on Kafka"), placed.moment("published_at")))
        moments += [(str(e.data["status"]), e.moment("occurred_at")) for e in self.events if e is not placed]
        if self.events:
            moments.append((Sentence("seen by the watching stream"), self.events[-1].received_at))
        hops = [(what, (at - self.sent_at) * 1000) for what, at in moments if at is not None]
        return sorted(hops, key=lambda hop: hop[1])


class Stuck(Exception):
    """The order did not move in time. journey: what was seen of it."""

    def __init__(self, journey: Journey, seconds: float) -> None:
        if journey.answer:
            words = Sentence(
                "The order was still {status} after {seconds:.0f} s.", status=journey.status, seconds=seconds
            )
        else:
            words = Sentence("The live stream did not open after {seconds:.0f} s.", seconds=seconds)
        super().__init__(words)
        self.journey = journey


async def travel(
    person: ApiClient,
    basket: Basket,
    tell: Callable[[Journey], None] = lambda _: None,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Journey:
    """Opens the stream first, then places the order, so that every hop is seen as it happens; calls tell after each.

    Returns when the platform has nothing left to do for the order. patience_seconds limits the wait for the stream to
    open, and then the wait for the order's end. Raises Stuck, and what placing and following raise.
    """
    journey = Journey(basket)
    standing = asyncio.Event()
    arrived: asyncio.Queue[Event] = asyncio.Queue()

    async def watch() -> None:
        async for event in follow(person, "/v1/events", standing.set):
            arrived.put_nowait(event)

    async def until_settled() -> None:
        while journey.status in IN_FLIGHT:
            event = await arrived.get()
            if event.data["order_id"] == journey.answer["id"]:
                journey.events.append(event)
                tell(journey)

    watching = asyncio.create_task(watch())
    try:
        await _unless_lost(standing.wait(), watching, patience_seconds)
        journey.sent_at = time.time()
        journey.answer = await person.place(basket.merchant_id, basket.items, basket.payment_token, basket.more)
        journey.answered_at = time.time()
        tell(journey)
        await _unless_lost(until_settled(), watching, patience_seconds)
    except TimeoutError:
        raise Stuck(journey, patience_seconds) from None
    finally:
        watching.cancel()
    return journey


async def _unless_lost(awaited: Awaitable[object], watching: asyncio.Task[None], seconds: float) -> None:
    """Waits for at most `seconds`; if the stream fails meanwhile, raises its error."""
    task = asyncio.ensure_future(awaited)
    try:
        await asyncio.wait([task, watching], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            if watching.done():
                watching.result()
            raise TimeoutError
        task.result()
    finally:
        task.cancel()
