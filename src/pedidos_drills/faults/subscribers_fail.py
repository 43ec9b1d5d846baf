"""Subscribers of webhooks are slow, silent, broken, flaky, dying, or lead inwards; notifiers die in between."""

import asyncio
import uuid
from collections.abc import Iterable
from dataclasses import replace

from pedidos.crash_points import CrashPoint
from pedidos.domain.audit import Who
from pedidos.processes.notifier.webhook_sender import AT_ONCE
from pedidos.security.account_keys import AccountKeys
from pedidos.security.webhook_secrets import opened, sealed_secrets
from pedidos.sentence import Sentence
from pedidos.storage.webhooks import endpoints
from pedidos.storage.webhooks.endpoints import Changes
from pedidos_drills.drill import Drill, DrillContext, Finding
from pedidos_drills.ledger.records import Evidence
from pedidos_drills.load import EVERYTHING
from pedidos_drills.sql import stored_webhooks
from pedidos_drills.subscribers import GOOD, GUARDED, PATHS, Subscribers

PORT = 66
"""Offset of the subscribers' port."""
DEATHS = 2
POINTS = (CrashPoint.NOTIFIER_WEBHOOK_SENT, CrashPoint.NOTIFIER_WRITTEN)
QUICK_SECONDS = 60.0
"""Within this time, the good subscriber has all, while the others still fail."""


async def run(scene: DrillContext) -> None:
    async with Subscribers(scene.stage.layout.port_base + PORT) as subscribers:
        scene.checks.append(lambda evidence: _findings(scene, subscribers, evidence))
        added = {path: await asyncio.to_thread(_add, scene, subscribers, path) for path in PATHS}
        await scene.stage.supervisor.scale({"notifier": 2})
        async with scene.broken("subscribers are slow, silent, broken, flaky, dying, or lead inwards"):
            await scene.load.until_accepted(40)
            for _ in range(DEATHS):
                for point in POINTS:
                    await scene.dies_at(point)
            await scene.load.finish()
            await scene.until(lambda: _all_taken(scene, subscribers), "the good subscriber to have all", QUICK_SECONDS)
        subscribers.healed = True
        for path, endpoint_id in added.items():
            changes = Changes(url=subscribers.url(path), state="on")
            await asyncio.to_thread(endpoints.change, scene.engine, None, endpoint_id, changes, Who())
        await scene.until(lambda: not _waiting(scene), "all deliveries to end", QUICK_SECONDS)


def _add(scene: DrillContext, subscribers: Subscribers, path: str) -> uuid.UUID:
    keys, endpoint_id = AccountKeys(scene.stage.settings.account_keys), uuid.uuid4()
    sealed = sealed_secrets(keys, endpoint_id)
    subscribers.secrets[path] = [opened(keys, endpoint_id, *each) for each in sealed]
    url = subscribers.inner_url if path == GUARDED else subscribers.url(path)
    endpoints.add(scene.engine, None, endpoint_id, url, [], "", sealed, Who())
    return endpoint_id


def _all_taken(scene: DrillContext, subscribers: Subscribers) -> bool:
    """Whether the good subscriber has everything that was written for it, and that is all that happened."""
    written = {each.id for each in stored_webhooks.deliveries(scene.engine) if each.path == GOOD}
    return written <= set(subscribers.taken[GOOD]) and stored_webhooks.missing(scene.engine) == 0


def _waiting(scene: DrillContext) -> bool:
    return any(each.state == "waiting" for each in stored_webhooks.deliveries(scene.engine))


def _findings(scene: DrillContext, subscribers: Subscribers, _evidence: Evidence) -> Iterable[Finding]:
    missing = stored_webhooks.missing(scene.engine)
    if missing:
        yield f"{missing} events have no delivery", None
    for each in stored_webhooks.deliveries(scene.engine):
        if each.state == "delivered" and each.id not in subscribers.taken[each.path]:
            yield f"{each.path}: {each.id} counts as delivered, and was not taken", None
        if each.state == "failed" and not each.at_desk:
            yield f"{each.path}: {each.id} failed, and is not at the desk", None
    for wrong in subscribers.out_of_order():
        yield f"out of order: {wrong}", None
    repeated, allowed = subscribers.repeated(), DEATHS * AT_ONCE * len(PATHS)
    scene.say(f"  {sum(map(len, subscribers.taken.values()))} webhooks were taken, {repeated} of them again")
    if repeated > allowed:
        yield f"{repeated} webhooks came again, of which {allowed} may have", None
    for wrong in subscribers.unsigned:
        yield f"not signed by all secrets: {wrong}", None
    if subscribers.entered:
        yield f"{subscribers.entered} requests arrived inside", None


DRILL = Drill(
    "subscribers-fail",
    breaks=Sentence(
        "Subscribers of webhooks are slow, silent, broken, flaky, dying, or lead inwards; notifiers are killed."
    ),
    weak=Sentence("The others wait, events are lost, doubled or out of order, or the inside is reached."),
    run=run,
    orders=100,
    rate=10.0,
    mix=replace(EVERYTHING, later=0.0),  # the subscribers end with the drill: no order may be released afterwards
    changes={"webhook_allow_loopback": True, "webhook_timeout_seconds": 2.0},
)
