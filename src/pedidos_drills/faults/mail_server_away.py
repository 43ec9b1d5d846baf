"""The mail server is down for long; then it is stopped (SIGSTOP)."""

import asyncio
import signal

from pedidos.sentence import Sentence
from pedidos_drills.drill import LEFT_ALONE, Drill, DrillContext

AWAY_SECONDS = 90.0
SILENT_SECONDS = 30.0
"""Longer than a notifier waits for an answer."""


async def run(scene: DrillContext) -> None:
    await scene.load.until_accepted(30)
    async with (
        scene.broken(f"the mail server is down for {AWAY_SECONDS:.0f} s"),
        scene.bystanders("the mail server"),
    ):
        await scene.stage.supervisor.halt("postbox")
        await asyncio.sleep(AWAY_SECONDS)
        await scene.stage.supervisor.resume("postbox")
    async with scene.broken(f"the mail server is silent for {SILENT_SECONDS:.0f} s"):
        scene.stage.kill("postbox", signal.SIGSTOP)
        await asyncio.sleep(SILENT_SECONDS)
        scene.stage.kill("postbox", signal.SIGCONT)
        scene.again += 1  # it may have taken a mail whose answer came too late


DRILL = Drill(
    "mail-server-away",
    breaks=Sentence("The mail server is down for long; when it is back, it is stopped (SIGSTOP) for a while."),
    weak=Sentence("Mails are lost, or come twice, or orders wait for them."),
    run=run,
    orders=900,
    rate=7.0,
    changes={"order_mails": True, **LEFT_ALONE},
)
