"""One run of the demo: starts the actors, follows all orders as the operator, and updates the display."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

from rich.console import Console
from rich.live import Live

from pedidos.processes.pipeline_figures import PipelineFigures
from pedidos.sentence import Sentence
from pedidos_local.cli import demo_board
from pedidos_local.cli.demo_people import Merchant, look_around, order, wishes
from pedidos_local.cli.demo_tally import Tally
from pedidos_local.cli.welcome import person
from pedidos_local.client.api_client import ApiClient
from pedidos_local.client.stream import StreamLost, follow
from pedidos_local.settings import DemoSettings

CUSTOMERS = tuple(f"customer{number}@pedidos.example" for number in ("", 2, 3, 4, 5))
MERCHANTS = ("merchant@pedidos.example", "merchant2@pedidos.example")
OPERATOR = "operator@pedidos.example"

FIGURES_SECONDS = 1.0
BOARD_SECONDS = 0.5
LINE_SECONDS = 5.0
OPENING_SECONDS = 30.0
SETTLE_SECONDS = 45.0
"""Maximum wait for the end of all orders after the last one was placed."""


class Show:
    """seconds: how long orders are placed; rate: how many per second on average, at random moments."""

    def __init__(self, settings: DemoSettings, seconds: float, rate: float) -> None:
        self.tally = Tally()
        self.worst_lag = 0
        self._settings = settings
        self._seconds = seconds
        self._rate = rate
        self._figures: dict[str, Any] = {}
        self._chance = random.Random()  # noqa: S311  # a demo, not a secret
        self._began = time.monotonic()
        self._acting: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Runs from the opening of the stream to the last order's end. Raises what signing in and following raise, and
        LookupError."""
        async with AsyncExitStack() as stack:
            customers, merchants, operator = await self._gather(stack)
            standing = asyncio.Event()
            background = [
                asyncio.create_task(self._listen(operator, merchants, standing.set)),
                asyncio.create_task(self._measure()),
                asyncio.create_task(self._show()),
            ]
            try:
                await _unless_failed(self._play(customers, standing), background)
            finally:
                for task in (*background, *self._acting):
                    task.cancel()
                await asyncio.gather(*background, *self._acting, return_exceptions=True)

    async def _gather(self, stack: AsyncExitStack) -> tuple[list[ApiClient], list[Merchant], ApiClient]:
        emails = (*CUSTOMERS, *MERCHANTS, OPERATOR)
        everyone = [await stack.enter_async_context(person(self._settings, email)) for email in emails]
        await asyncio.gather(*(someone.sign_in() for someone in everyone))
        *others, operator = everyone
        owners = others[len(CUSTOMERS) :]
        merchants = [await Merchant.of(owner, self.tally) for owner in owners]
        return others[: len(CUSTOMERS)], merchants, operator

    async def _play(self, customers: list[ApiClient], standing: asyncio.Event) -> None:
        shelf = await look_around(customers[0])
        if not shelf.plenty:
            raise LookupError(Sentence("There is nothing to order: `pedidos setup data` loads the demo catalogue."))
        try:
            await asyncio.wait_for(standing.wait(), OPENING_SECONDS)
        except TimeoutError:
            raise StreamLost(
                Sentence(
                    "The live stream did not open in {seconds:g} s: see `pedidos status` and `pedidos logs live`.",
                    seconds=OPENING_SECONDS,
                )
            ) from None
        self._began = time.monotonic()
        due = self._began
        for wish in wishes(shelf, self._chance):
            due += self._chance.expovariate(self._rate)
            if due > self._began + self._seconds:
                break
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._act(order(self._chance.choice(customers), wish, self.tally))
        end = time.monotonic() + SETTLE_SECONDS
        while (self.tally.unsettled() or self._acting) and time.monotonic() < end:
            await asyncio.sleep(0.1)

    async def _listen(self, operator: ApiClient, merchants: list[Merchant], opened: Callable[[], None]) -> None:
        async for event in follow(operator, "/v1/events", opened):
            self.tally.see(event)
            for merchant in merchants:
                if event.data["merchant_id"] == merchant.merchant_id:
                    self._act(merchant.hear(event, self._chance))

    async def _measure(self) -> None:
        reader = PipelineFigures(self._settings)
        try:
            while True:
                self._figures = await asyncio.to_thread(reader.read)
                self.worst_lag = max(self.worst_lag, demo_board.lag(self._figures))
                await asyncio.sleep(FIGURES_SECONDS)
        finally:
            reader.close()

    async def _show(self) -> None:
        console = Console(highlight=False)
        if not console.is_terminal:
            while True:
                await asyncio.sleep(LINE_SECONDS)
                print(demo_board.line(self.tally, self._figures, self._elapsed()), flush=True)  # noqa: T201
        with Live(self._board(), console=console, auto_refresh=False) as live:
            while True:
                await asyncio.sleep(BOARD_SECONDS)
                live.update(self._board(), refresh=True)

    def _board(self) -> Any:
        return demo_board.board(self.tally, self._figures, self._elapsed(), self._seconds)

    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _act(self, deed: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(deed)
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)


async def _unless_failed(play: Awaitable[None], background: list[asyncio.Task[None]]) -> None:
    """Waits for the play; if a background task fails, its error ends it."""
    playing = asyncio.ensure_future(play)
    try:
        await asyncio.wait([playing, *background], return_when=asyncio.FIRST_COMPLETED)
        for task in background:
            if task.done():
                task.result()
        await playing
    finally:
        playing.cancel()
