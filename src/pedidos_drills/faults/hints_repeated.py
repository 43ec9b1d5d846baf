"""Every task is delivered ten times, out of order, together with tasks of steps that are not due."""

import asyncio
import random
from collections.abc import Iterator
from uuid import UUID

from celery import Celery

from pedidos.domain.order import Status
from pedidos.domain.steps import Step
from pedidos.processes.celery_app import hint, make_celery
from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext, Finding
from pedidos_drills.ledger.records import Evidence

ROUNDS = 3
REPEATED = 10
AT_MOST = 60
"""Number of orders that get hints in one round."""

AT_ONCE = 12
"""Orders in one message."""


async def run(scene: DrillContext) -> None:
    earlier = set(scene.load.accepted)
    scene.checks.append(lambda evidence: hurried(evidence, earlier))
    dice = random.Random(scene.load.seed)  # noqa: S311  # the same seed, the same order of hints
    app = make_celery(scene.stage.settings)
    try:
        for _ in range(ROUNDS):
            await scene.load.until_accepted(25)
            orders = dice.sample(sorted(known := scene.load.accepted - earlier), min(AT_MOST, len(known)))
            async with scene.broken(f"every step is pointed {REPEATED} times at {len(orders)} orders, out of order"):
                await asyncio.to_thread(_hint, app, list(_shuffled(orders, dice)))
    finally:
        app.close()


def _shuffled(orders: list[str], dice: random.Random) -> Iterator[tuple[Step, list[UUID]]]:
    messages = []
    for step in Step:
        wanted = [UUID(order) for order in orders] * REPEATED
        dice.shuffle(wanted)
        messages += [(step, wanted[start : start + AT_ONCE]) for start in range(0, len(wanted), AT_ONCE)]
    dice.shuffle(messages)
    yield from messages


def _hint(app: Celery, messages: list[tuple[Step, list[UUID]]]) -> None:
    for step, orders in messages:
        hint(app, step, orders)


def hurried(evidence: Evidence, earlier: set[str]) -> Iterator[Finding]:
    """Orders that were ended by a hint alone: the payment deadline of this platform is far in the future."""
    for order in evidence.orders:
        if order.id not in earlier and order.status is Status.EXPIRED:
            yield "expired before its time, because of a hint", order.id


DRILL = Drill(
    "hints-repeated",
    breaks=Sentence("Every task is delivered ten times, in any order, including tasks of steps that are not due."),
    weak=Sentence("Orders are charged twice, stock is taken twice, orders expire too early."),
    run=run,
    orders=140,
    rate=20.0,
    changes={"payment_deadline_seconds": 3600.0},
)
