"""The notifier dies between writing mails and committing its offsets; then between a mail's sending and its note."""

import asyncio

from pedidos.crash_points import CrashPoint
from pedidos.sentence import Sentence
from pedidos.setup.demo_accounts import ACCOUNTS
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.sql.stored_mails import unconfirm

DEATHS = 2
POINTS = (CrashPoint.NOTIFIER_WRITTEN, CrashPoint.NOTIFIER_MAIL_SENT)


async def run(scene: DrillContext) -> None:
    customers = [account.email for account in ACCOUNTS if account.role == "customer"]
    await asyncio.to_thread(unconfirm, scene.engine, customers[-1])
    await scene.stage.supervisor.scale({"notifier": 2})
    await scene.load.until_accepted(15)
    for _ in range(DEATHS):
        async with scene.broken("a notifier dies after it has written mails, before it commits its offsets"):
            await scene.dies_at(CrashPoint.NOTIFIER_WRITTEN)
    for _ in range(DEATHS):
        async with scene.broken("a notifier dies after it has sent a mail, before it notes that"):
            await scene.dies_at(CrashPoint.NOTIFIER_MAIL_SENT)
            scene.again += 1  # the stated window


DRILL = Drill(
    "notifier-killed",
    breaks=Sentence("Notifiers are killed before they commit their offsets, and between sending a mail and noting it."),
    weak=Sentence("People are told twice of everything that happened meanwhile, or not at all."),
    run=run,
    orders=150,
    rate=8.0,
    changes={"order_mails": True},
)
