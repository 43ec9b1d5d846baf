"""Every process of PostgreSQL is stopped, and later continued."""

import asyncio
import signal
from collections.abc import Iterator

from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext, Finding
from pedidos_drills.ledger.records import Evidence

STOPPED_SECONDS = 6.0
PATIENCE_SECONDS = 4.5
"""Requests at the beginning of the silence wait for those that discover it; later ones wait at most two seconds."""


async def run(scene: DrillContext) -> None:
    earlier = len(scene.load.answers)
    scene.checks.append(lambda evidence: late(evidence, earlier))
    for _ in range(2):
        await scene.load.until_accepted(20)
        async with scene.broken("PostgreSQL is stopped; its connections stay open, and nothing is answered"):
            scene.stage.kill("postgres", signal.SIGSTOP)
            try:
                await asyncio.sleep(STOPPED_SECONDS)
            finally:
                scene.stage.kill("postgres", signal.SIGCONT)


def late(evidence: Evidence, earlier: int) -> Iterator[Finding]:
    """Answers that took too long."""
    for answer in evidence.answers[earlier:]:
        if answer.seconds > PATIENCE_SECONDS:
            yield f"the request {answer.key} waited {answer.seconds:.1f} s for its {answer.status}", answer.order_id


DRILL = Drill(
    "database-stopped",
    breaks=Sentence(
        "All processes of PostgreSQL are stopped for {stopped_seconds:.0f} s, twice, and then continued.",
        stopped_seconds=STOPPED_SECONDS,
    ),
    weak=Sentence("Every thread of the api waits, and then every client; workers and relay hang forever."),
    run=run,
    orders=250,
    rate=20.0,
)
