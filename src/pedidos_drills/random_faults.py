"""The building blocks of a soak: short faults, each applied to one of several targets."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from redis import Redis

from pedidos.crash_points import CrashPoint
from pedidos.setup.demo import demo_id
from pedidos_drills.drill import CrashPointNotReached, DrillContext
from pedidos_drills.faults import fused_killed, steps_killed
from pedidos_drills.limits import limit, open_files, soft_limit_of_files
from pedidos_drills.sql.holding import YOUNGEST_ORDER, held, no_connection_left, taken

POINT_SECONDS = 6.0
"""How long a crash point waits for a process to reach it."""

OTHER_POINTS = (
    CrashPoint.UNDO_ANSWERED,
    CrashPoint.API_BEFORE_COMMIT,
    CrashPoint.API_AFTER_COMMIT,
    CrashPoint.CANCEL_UNDOING,
    CrashPoint.RELAY_ACKNOWLEDGED,
    CrashPoint.BRIDGE_ENQUEUED,
)


@dataclass(frozen=True, slots=True)
class RandomFault:
    """weight: how often it is chosen, relative to the others. targets: names of its possible targets.

    recovers_within: seconds after its end in which every order accepted by then comes to its end.
    """

    weight: float
    targets: Sequence[str]
    happens: Callable[[DrillContext, str, random.Random], Awaitable[None]]
    recovers_within: float = 30.0


async def kill(scene: DrillContext, target: str, _dice: random.Random) -> None:
    async with scene.broken(f"{target} is killed"):
        await scene.killed(target)


async def kill_child(scene: DrillContext, target: str, dice: random.Random) -> None:
    async with scene.broken(f"a child of {target} is killed"):
        scene.stage.kill_child(target, dice.randrange(100))


async def die_at(scene: DrillContext, target: str, _dice: random.Random) -> None:
    # Some points are rarely reached: if no process reaches one, that is neither a failure nor a fault.
    with suppress(CrashPointNotReached):
        async with scene.broken(f"the process that reaches {target} dies"):
            await scene.dies_at(target, seconds=POINT_SECONDS)


async def stop(scene: DrillContext, target: str, dice: random.Random) -> None:
    seconds = dice.uniform(1.0, 8.0)
    async with scene.broken(f"{target} is stopped for {seconds:.1f} s"):
        scene.stage.kill(target, signal.SIGSTOP)
        await _then(lambda: scene.stage.kill(target, signal.SIGCONT), seconds)


async def shut_down(scene: DrillContext, target: str, _dice: random.Random) -> None:
    before = scene.stage.pid(target)
    async with scene.broken(f"{target} is shut down"):
        scene.stage.kill(target, signal.SIGINT, children=False)
        await scene.until(lambda: scene.stage.pid(target) not in (None, before), f"{target} to be started again")
        await scene.running(target)


async def empty(scene: DrillContext, _target: str, _dice: random.Random) -> None:
    async with scene.broken("FLUSHALL on the task broker"):
        await asyncio.to_thread(_flush, scene.stage.settings.broker_url)


def _flush(url: str) -> None:
    with Redis.from_url(url, socket_timeout=5.0) as broker:
        broker.flushall()


async def cut(scene: DrillContext, target: str, _dice: random.Random) -> None:
    async with scene.broken(f"every connection of the wire {target} is cut"):
        scene.stage.proxies[target].cut()


async def silence(scene: DrillContext, target: str, dice: random.Random) -> None:
    wire, seconds = scene.stage.proxies[target], dice.uniform(0.5, 5.0)
    async with scene.broken(f"the wire {target} is silent for {seconds:.1f} s"):
        wire.silence(True)
        await _then(lambda: wire.silence(False), seconds)


async def refuse(scene: DrillContext, target: str, dice: random.Random) -> None:
    wire, seconds = scene.stage.proxies[target], dice.uniform(0.5, 5.0)
    async with scene.broken(f"the wire {target} takes no connection for {seconds:.1f} s"):
        wire.refuse(True)
        await _then(lambda: wire.refuse(False), seconds)


async def delay(scene: DrillContext, target: str, dice: random.Random) -> None:
    wire, seconds = scene.stage.proxies[target], dice.uniform(2.0, 6.0)
    held = dice.uniform(0.02, 0.2)
    async with scene.broken(f"the wire {target} is slow by {held * 1000:.0f} ms for {seconds:.1f} s"):
        wire.delay(held)
        await _then(lambda: wire.delay(0.0), seconds)


async def lose_answers(scene: DrillContext, target: str, dice: random.Random) -> None:
    count = dice.randint(1, 3)
    async with scene.broken(f"answers are lost on the wire {target}: {count}"):
        scene.stage.proxies[target].lose_answers(count)
        await _then(lambda: scene.stage.proxies[target].lose_answers(0), 1.0)


async def hold_row(scene: DrillContext, target: str, dice: random.Random) -> None:
    what, _, numbers = target.partition(" ")
    seconds, number = dice.uniform(2.0, 8.0), int(dice.choice(numbers.split("/")))
    async with (
        held(scene.stage.settings, what, id=demo_id(number)),
        scene.broken(f"the row of {what} {number} is held for {seconds:.1f} s"),
    ):
        await asyncio.sleep(seconds)


async def hold_order(scene: DrillContext, _target: str, dice: random.Random) -> None:
    seconds = dice.uniform(2.0, 8.0)
    async with (
        taken(scene.stage.settings, YOUNGEST_ORDER),
        scene.broken(f"the row of the youngest order is held for {seconds:.1f} s"),
    ):
        await asyncio.sleep(seconds)


async def forget_transaction(scene: DrillContext, target: str, dice: random.Random) -> None:
    seconds = dice.uniform(2.0, 10.0)
    async with (
        taken(scene.stage.settings, "select pg_current_xact_id()", database=target),
        scene.broken(f"a transaction in the database {target} stays open for {seconds:.1f} s"),
    ):
        await asyncio.sleep(seconds)


async def take_connections(scene: DrillContext, _target: str, dice: random.Random) -> None:
    seconds = dice.uniform(2.0, 6.0)
    async with (
        no_connection_left(scene.stage.settings) as count,
        scene.broken(f"the last {count} connections of PostgreSQL are taken for {seconds:.1f} s"),
    ):
        await asyncio.sleep(seconds)


async def fill_log(scene: DrillContext, target: str, dice: random.Random) -> None:
    seconds = dice.uniform(2.0, 8.0)
    async with scene.broken(f"{target} can log nothing for {seconds:.1f} s"):
        await _limited(scene, target, "fsize", "0", seconds)


async def use_up_descriptors(scene: DrillContext, target: str, dice: random.Random) -> None:
    seconds = dice.uniform(2.0, 6.0)
    async with scene.broken(f"{target} can open no file and no connection for {seconds:.1f} s"):
        await _limited(scene, target, "nofile", str(open_files(scene.stage.pid(target))), seconds)


async def _limited(scene: DrillContext, target: str, resource: str, size: str, seconds: float) -> None:
    victim = scene.stage.pid(target)
    usual = "unlimited" if resource == "fsize" else str(soft_limit_of_files())
    await limit(victim, resource, size)
    try:
        await asyncio.sleep(seconds)
    finally:
        await limit(victim, resource, usual)


async def _then(end: Callable[[], object], seconds: float) -> None:
    """Ends the fault after this time, or when the drill itself ends."""
    try:
        await asyncio.sleep(seconds)
    finally:
        end()


async def gateway_misbehaves(scene: DrillContext, _target: str, dice: random.Random) -> None:
    faults = dice.choice(({"latency_ms": 400}, {"latency_ms": 1500}, {"error_rate": 0.5}, {"down": True}))
    seconds = dice.uniform(2.0, 8.0)
    words = ", ".join(f"{name} {value}" for name, value in faults.items())
    async with scene.broken(f"the gateway: {words} for {seconds:.1f} s"):
        await scene.gateway_faults(**faults)
        try:
            await asyncio.sleep(seconds)
        finally:
            await scene.gateway_faults()


OURS = ("api-1", "live-1", "relay-1", "relay-2", "bridge-1", "bridge-2", "worker-1", "worker-2", "scheduler")
WIRES = ("api-database", "database", "broker", "gateway")

FAULTS = (
    RandomFault(5, ("api-1", "live-1", "relay-1", "relay-2", "bridge-1", "bridge-2", "worker-1", "worker-2"), kill),
    RandomFault(1, ("scheduler", "gateway", "valkey", "postgres", "kafka"), kill),
    RandomFault(2, ("worker-1", "worker-2"), kill_child),
    RandomFault(4, (*dict.fromkeys((*steps_killed.POINTS, *fused_killed.POINTS)), *OTHER_POINTS), die_at),
    RandomFault(2, ("relay-1", "relay-2", "bridge-1", "bridge-2", "worker-1", "worker-2"), stop),
    RandomFault(0.5, ("postgres",), shut_down),
    RandomFault(1, ("valkey",), empty),
    RandomFault(2, WIRES, cut),
    RandomFault(1.5, WIRES, silence),
    RandomFault(1, WIRES, refuse),
    RandomFault(1, WIRES, delay),
    RandomFault(1, ("api-database", "database"), lose_answers),
    RandomFault(2, ("gateway",), gateway_misbehaves),
    RandomFault(3, ("product 101/102/103/201/202/203", "account 1001/1002/1003", "stock 101/103/201/203"), hold_row),
    RandomFault(1, ("an order",), hold_order),
    RandomFault(1, ("postgres", "pedidos"), forget_transaction),
    RandomFault(0.5, ("connections",), take_connections),
    RandomFault(1.5, OURS, fill_log),
    RandomFault(1.5, OURS, use_up_descriptors),
)
