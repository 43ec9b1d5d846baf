"""Every kind of process is restarted in turn under load; the api also when there is only one instance."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pedidos.domain.order import SETTLED
from pedidos.sentence import Sentence
from pedidos_drills.drill import Drill, DrillContext, Finding
from pedidos_drills.ledger.records import Answered, Evidence
from pedidos_drills.load import Mix
from pedidos_local.client.api_client import Address, ApiClient
from pedidos_local.client.stream import follow

IN_TURN = ("relay", "bridge", "worker", "scheduler", "gateway", "live", "api", "web")
BETWEEN = 10
"""Orders accepted between two restarts."""

OPERATOR = "operator@pedidos.example"


@dataclass
class Heard:
    """What arrived on a live stream. times: how often each event came, by order and version. over: orders that have
    ended."""

    times: Counter[tuple[str, int]] = field(default_factory=Counter)
    over: set[str] = field(default_factory=set)


async def run(scene: DrillContext) -> None:
    earlier = len(scene.load.answers)
    scene.checks.append(lambda evidence: failed(evidence, earlier))
    async with all_end_well(scene), _listening(scene) as heard:
        opened = time.monotonic()
        scene.checks.append(lambda evidence: misheard(evidence, opened, heard))
        for kind in IN_TURN:
            await _restarted(scene, kind, kind)
        await scene.stage.supervisor.scale({"api": 2})
        try:
            await _restarted(scene, "api", "api, of which there are two,")
        finally:
            await scene.stage.supervisor.scale({"api": 1})
        await scene.load.finish()
        placed = _placed_since(scene.load.answers, opened)
        await scene.until(lambda: placed <= heard.over, "the end of each order on the live stream")


async def _restarted(scene: DrillContext, kind: str, what: str) -> None:
    await scene.load.until_accepted(BETWEEN)
    async with scene.broken(f"{what} is restarted"):
        await scene.stage.supervisor.restart(kind)


@asynccontextmanager
async def all_end_well(scene: DrillContext) -> AsyncIterator[None]:
    """Reports programs that had to be killed inside the context, or that ended without being told to."""
    over = asyncio.get_running_loop().create_future()

    async def watch() -> None:
        async for happening in scene.stage.journal.listen(past=False, until=over):
            if happening["what"] == "exited" or (happening["what"] == "stopped" and happening.get("detail")):
                scene.findings.append((f"{happening['name']}: {happening['detail']}", None))

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        over.set_result(None)
        await watching


@asynccontextmanager
async def _listening(scene: DrillContext) -> AsyncIterator[Heard]:
    """Inside the context, an operator follows all events, and reconnects whenever the stream ends."""
    settings = scene.stage.settings
    address = Address(str(settings.public_url), settings.ca_file)
    heard = Heard()
    open_now = asyncio.Event()

    async def listen(operator: ApiClient) -> None:
        async for event in follow(operator, "/v1/events", open_now.set):
            heard.times[event.data["order_id"], event.data["version"]] += 1
            if event.data["status"] in SETTLED:
                heard.over.add(event.data["order_id"])

    async with ApiClient(address, OPERATOR, scene.stage.credentials.accounts[OPERATOR]) as operator:
        listening = asyncio.create_task(listen(operator))
        try:
            await asyncio.wait_for(open_now.wait(), 10)
            yield heard
        finally:
            listening.cancel()
            await asyncio.wait([listening])


def failed(evidence: Evidence, earlier: int) -> Iterator[Finding]:
    """Reports requests that failed, except earlier ones: a client must not notice a restart."""
    for answer in evidence.answers[earlier:]:
        if not answer.status or answer.status >= 500:
            got = str(answer.status) if answer.status else f"no answer ({answer.reason})"
            yield f"the request {answer.key} got {got} after {answer.seconds:.2f} s", answer.order_id


def _placed_since(answers: Sequence[Answered], moment: float) -> set[str]:
    """Orders whose first request was sent after this time."""
    before = {answer.key for answer in answers if answer.at - answer.seconds <= moment}
    return {answer.order_id for answer in answers if answer.order_id and answer.key not in before}


def misheard(evidence: Evidence, opened: float, heard: Heard) -> Iterator[Finding]:
    """Reports events of the orders placed meanwhile that did not arrive on the live stream exactly once."""
    placed = _placed_since(evidence.answers, opened)
    for event in evidence.events:
        times = heard.times[event.order_id, event.version]
        if event.order_id in placed and times != 1:
            yield f"its event {event.version} came {times} times over the live stream", event.order_id


DRILL = Drill(
    "rolling-restart",
    breaks=Sentence("Every kind of process is restarted in turn, including the only api, while orders arrive."),
    weak=Sentence(
        "Requests fail while a process is down, batches are interrupted, watchers miss what happened meanwhile."
    ),
    run=run,
    orders=900,
    rate=20.0,
    mix=Mix(cancelled=0.0),  # the refund's event comes later than the event that ends the order
)
