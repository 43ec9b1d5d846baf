"""The same four steps, once behind a queue and once inside the request: how long customers wait for their answer."""

import asyncio
import hashlib
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles

from pedidos.domain.steps import Step
from pedidos.setup.demo import PIZZERIA, demo_id
from pedidos.steps.execution.moved import RunStep
from pedidos.storage.orders.placed import Placed
from pedidos.storage.orders.placing import NewOrder, place_many
from pedidos.wiring.steps import make_gateway, make_steps
from pedidos_classroom.experiments.measures.claim import claim
from pedidos_classroom.experiments.measures.own_platform import Stage, own_platform
from pedidos_classroom.experiments.running import Trouble
from pedidos_classroom.experiments.telling import Teller
from pedidos_local.settings import PlatformSettings

AT_ONCE = (10, 40, 160)
THREADS = 8
"""Of the synchronous twin: an ordinary number for a process of an application server."""

PATIENCE_SECONDS, AGAIN_SECONDS = 30.0, 0.01

GATEWAY_MS = 150
PRODUCTS = (demo_id(101), demo_id(103))
STEPS = (Step.VALIDATE, Step.RESERVE, Step.CHARGE, Step.CONFIRM)
ASIDE = ("bridge-1", "worker-1", "scheduler")
"""They would take the twin's orders out of its hands."""

LEAST_ADVANTAGE = 3.0
"""How many times as much a further customer at the same moment adds to the twin's answer as to the platform's."""


async def carry_out(_settings: PlatformSettings, teller: Teller) -> None:
    """Tells the 99th percentiles of both. Raises Trouble."""
    async with own_platform(teller) as stage:
        await stage.scene.gateway_faults(latency_ms=GATEWAY_MS)
        teller.step("ordering")
        await _asynchronous(stage, 4)  # connections are opened, and code is loaded
        ours = [await _asynchronous(stage, number) for number in AT_ONCE]
        await stage.until_done(time.monotonic())
        for name in ASIDE:
            await stage.platform.supervisor.halt(name)
        teller.step("twin")
        twins = await asyncio.to_thread(_synchronous, stage)
    ours_added, twins_added = _added(ours), _added(twins)
    claims = [
        claim("answers_stay_fast", _figures(ours), holds=ours_added * LEAST_ADVANTAGE <= twins_added),
        claim("twin_grows", _figures(twins), holds=twins_added > 0),
        claim("asynchronous_answers_first", {"times": round(twins[-1] / ours[-1], 1)}, holds=ours[-1] < twins[-1]),
    ]
    teller.verdicts(claims)


def _added(seconds: Sequence[float]) -> float:
    """The seconds that each further customer at the same moment adds."""
    return (seconds[-1] - seconds[0]) / (AT_ONCE[-1] - AT_ONCE[0])


def _figures(seconds: Sequence[float]) -> dict[str, float]:
    figures = {f"p99_ms_{number}": round(each * 1000) for number, each in zip(AT_ONCE, seconds, strict=True)}
    return figures | {"added_ms": round(_added(seconds) * 1000, 1)}


async def _asynchronous(stage: Stage, number: int) -> float:
    """The 99th percentile of the seconds to an answer, for that many orders at once."""
    began = len(stage.load.answers)
    await asyncio.gather(*(stage.load.order_once(customer, PRODUCTS, PIZZERIA) for customer in range(number)))
    answers = stage.load.answers[began:]
    refused = [answer.status for answer in answers if answer.status != 202]
    if refused:
        raise Trouble(f"{len(refused)} orders were refused, the first with status {refused[0]}.")
    return _p99([answer.seconds for answer in answers])


def _synchronous(stage: Stage) -> list[float]:
    """The same for a server that carries out all steps in the request, with a few threads."""
    settings = stage.settings.model_copy(update={"fused_steps": False})
    steps = make_steps(settings, stage.engine, make_gateway(settings), "twin")
    customers = [uuid.UUID(stage.load.customer_id(number)) for number in range(5)]

    def request(number: int, came: float) -> float:
        order = _order(customers[number % len(customers)])
        outcome = place_many(stage.engine, [order])[0]
        if not isinstance(outcome, Placed):
            raise Trouble(f"The twin's order was refused: {outcome}")
        for step in STEPS:
            _carried_out(steps[step], outcome.order_id)
        return time.monotonic() - came

    with ThreadPoolExecutor(THREADS) as pool:
        return [_p99(_together(pool, request, number)) for number in AT_ONCE]


def _carried_out(step: RunStep, order_id: uuid.UUID) -> None:
    """Repeats a step that left the order alone because another thread held its stock. Raises Trouble."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not any(order_id in moved.order_ids for moved in step([order_id])):
        if time.monotonic() > deadline:
            raise Trouble("The twin's order was not confirmed.")
        time.sleep(AGAIN_SECONDS)


def _together(pool: ThreadPoolExecutor, request: Callable[[int, float], float], number: int) -> list[float]:
    came = time.monotonic()
    return list(pool.map(lambda each: request(each, came), range(number)))


def _order(customer: uuid.UUID) -> NewOrder:
    key = uuid.uuid4().hex
    return NewOrder(
        customer,
        PIZZERIA,
        [(product, 1) for product in PRODUCTS],
        "tok_ok",
        key,
        hashlib.sha256(key.encode()).digest(),
        None,
    )


def _p99(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[98]
