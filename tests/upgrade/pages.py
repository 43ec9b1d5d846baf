"""A visitor who loads a page again and again while processes are replaced, each time with one of its scripts or styles:
a browser keeps the others, and one client may not ask for much more."""

import asyncio
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientError

from pedidos_drills.drill import DrillContext

PAUSE_SECONDS = 0.5
PAGE = "/"
ASSET = re.compile(r'(?:href|src)="(/assets/[^"]+)"')


@dataclass
class Visits:
    """loaded: how many pages came. failed: what came in place of a page."""

    loaded: int = 0
    failed: list[str] = field(default_factory=list)


@asynccontextmanager
async def visiting(scene: DrillContext) -> AsyncIterator[Visits]:
    """Inside the context, somebody loads the page with the shops."""
    visits = Visits()
    dice = random.Random(scene.load.seed)

    async def visit() -> None:
        while True:
            try:
                async with scene.load.session.get(PAGE) as answer:
                    text = await answer.text()
                    if answer.status != 200 or "</html>" not in text:
                        visits.failed.append(f"{answer.status}, {len(text)} characters")
                address = dice.choice(ASSET.findall(text) or [PAGE])
                async with scene.load.session.get(address) as answer:
                    await answer.read()
                    if answer.status != 200:
                        visits.failed.append(f"{address}: {answer.status}")
                visits.loaded += 1
            except (ClientError, TimeoutError) as error:
                visits.failed.append(type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)

    visitor = asyncio.create_task(visit())
    try:
        yield visits
    finally:
        visitor.cancel()
        await asyncio.wait([visitor])
