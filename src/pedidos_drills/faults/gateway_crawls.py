"""The gateway answers after the end of the lease: two workers ask to return the same money, and both get an answer."""

import asyncio

from pedidos.domain.order import Status
from pedidos.sentence import Sentence
from pedidos.setup.demo_accounts import EMAILS
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.load import Mix

ORDERS = 12
CRAWL_SECONDS = 8.0


async def run(scene: DrillContext) -> None:
    await scene.load.finish()  # a charge without an answer would open the circuit breaker
    headers = {"Authorization": f"Bearer {await scene.load.sign_in(EMAILS[0])}"}
    placed = [order_id for _ in range(ORDERS) if (order_id := await scene.load.order()) is not None]
    for order_id in placed:
        await _confirmed(scene, order_id, headers)
    # Enough child processes that some can take over while others wait for the gateway.
    await scene.stage.supervisor.scale({"worker": 3})
    try:
        await _crawl(scene, placed, headers)
    finally:
        await scene.gateway_faults()
        await scene.stage.supervisor.scale({"worker": 1})


async def _crawl(scene: DrillContext, placed: list[str], headers: dict[str, str]) -> None:
    latency = scene.stage.settings.charge_lease_seconds * 1.5
    async with scene.broken(f"the gateway takes {latency:.0f} s for each answer, longer than a lease lasts"):
        await scene.gateway_faults(latency_ms=latency * 1000)
        await asyncio.gather(*(_cancelled(scene, order_id, headers) for order_id in placed))
        await asyncio.sleep(CRAWL_SECONDS)
        await scene.gateway_faults()
        # The child process that took over still waits for its answer: keep every worker until then.
        await asyncio.sleep(latency)


async def _cancelled(scene: DrillContext, order_id: str, headers: dict[str, str]) -> None:
    async with scene.load.session.post(f"/v1/orders/{order_id}/cancel", headers=headers) as answer:
        answer.raise_for_status()


async def _confirmed(scene: DrillContext, order_id: str, headers: dict[str, str]) -> None:
    async with asyncio.timeout(60):
        while True:
            async with scene.load.session.get(f"/v1/orders/{order_id}", headers=headers) as answer:
                if (await answer.json())["status"] == Status.CONFIRMED:
                    return
            await asyncio.sleep(0.2)


DRILL = Drill(
    "gateway-crawls",
    breaks=Sentence(
        "The gateway answers refunds after the worker's lease has ended, so that another worker takes over."
    ),
    weak=Sentence("Both workers record the refund: the customer is told twice, or paid twice."),
    run=run,
    orders=40,
    mix=Mix(tokens=("tok_ok",), cancelled=0.0),
)
