"""More workers for orders that wait for the gateway; then more writers for one row that all of them want."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlalchemy import Engine

from pedidos.setup.demo import demo_id
from pedidos_classroom.experiments.measures.claim import claim
from pedidos_classroom.experiments.measures.own_platform import own_platform
from pedidos_classroom.experiments.telling import Teller
from pedidos_drills.sql.one_row import change_and_hold
from pedidos_local.settings import PlatformSettings

WRITERS = (1, 2, 4)
COMMITS = 80
HELD_SECONDS = 0.02
"""How long each commit holds its row: as if something else had to be done in the same transaction."""

SPREAD = tuple(demo_id(number) for number in (101, 102, 103, 201))
LEAST_SPEED_UP, MOST_SPEED_UP = 2.5, 1.5
"""Of four writers against one: at least with rows of their own, at most with one row for all."""


async def carry_out(_settings: PlatformSettings, teller: Teller) -> None:
    """Tells the commits per second of 1, 2 and 4 writers, for both loads. Raises Trouble."""
    async with own_platform(teller) as stage:
        teller.step("spread")
        spread = [await asyncio.to_thread(_rate, stage.engine, writers, SPREAD) for writers in WRITERS]
        teller.step("one_row")
        one = [await asyncio.to_thread(_rate, stage.engine, writers, SPREAD[:1]) for writers in WRITERS]
    claims = [
        claim("spread_scales", _figures(spread), holds=spread[-1] >= LEAST_SPEED_UP * spread[0]),
        claim("one_row_does_not", _figures(one), holds=one[-1] <= MOST_SPEED_UP * one[0]),
    ]
    teller.verdicts(claims)


def _figures(rates: list[float]) -> dict[str, float]:
    return {f"per_second_{writers}": round(rate, 1) for writers, rate in zip(WRITERS, rates, strict=True)}


def _rate(engine: Engine, writers: int, products: tuple[UUID, ...]) -> float:
    """Commits per second."""

    def commit(number: int) -> None:
        change_and_hold(engine, products[number % len(products)], HELD_SECONDS)

    began = time.monotonic()
    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(commit, range(COMMITS)))
    return COMMITS / (time.monotonic() - began)
