"""Upgrades, scaling, kills and an emptied node, under load. Afterwards the ledger is clean."""

import asyncio
import random
import time
from collections.abc import Callable

import pytest

from pedidos_drills.load import USUAL
from tests.kubernetes.books import Books, failed
from tests.kubernetes.cluster import CommandFailed, run
from tests.kubernetes.customer import Customer
from tests.kubernetes.release import OURS, Release
from tests.support.waiting import until

RATE = 12.0
KILLS = 30
KILLED = (*OURS, "edge", "valkey")
BETWEEN = 25
"""Orders that are accepted between two kills."""
HPA = {"enabled": True, "by": "hpa"}
SCALE_SECONDS = 240.0


def test_an_upgrade_fails_no_request(release: Release, books: Books, figures: dict[str, str]) -> None:
    release.next_version()
    before = {each["metadata"]["name"] for each in release.pods(*OURS, "edge")}

    async def upgrade() -> tuple[int, list[str]]:
        async with books.load() as load:
            load.start(1, RATE, USUAL)
            await load.until_accepted(20)
            began = time.monotonic()
            await asyncio.to_thread(release.upgrade)
            figures["upgrade of every process under load"] = f"{time.monotonic() - began:.0f} s"
            # What ended last is forgotten by then, and its address too.
            await seen(lambda: not before & names(release), "the old pods to be gone")
            await load.finish()
            return len(load.answers), [f"{each.status} {each.reason}" for each in failed(load)]

    asked, failures = asyncio.run(upgrade())
    figures["requests failed during the upgrade"] = f"{len(failures)} of {asked}"
    assert not before & names(release)
    assert failures == []
    assert books.findings() == []


async def seen(condition: Callable[[], object], what: str) -> None:
    """Waits for it while the load goes on: asking takes a while."""
    await asyncio.to_thread(until, condition, what, SCALE_SECONDS, look_seconds=1)


def names(release: Release) -> set[str]:
    """Of all pods of ours, those that end included."""
    return {each["metadata"]["name"] for each in release.namespace.get("pods")}


def test_pods_that_are_killed_lose_nothing(
    release: Release, books: Books, customer: Customer, figures: dict[str, str]
) -> None:
    chance = random.Random(19)

    async def kill() -> int:
        async with books.load() as load:
            load.start(1, RATE, USUAL)
            for _ in range(KILLS):
                await load.until_accepted(BETWEEN)
                pod = chance.choice(await asyncio.to_thread(release.pods, *KILLED))["metadata"]["name"]
                force = ("--grace-period=0", "--force", "--wait=false")
                await asyncio.to_thread(release.namespace.kubectl, "delete", "pod", pod, *force)
            await load.finish()
            return len(load.accepted)

    accepted = asyncio.run(kill())
    until(release.whole, "every pod to be ready again", SCALE_SECONDS, look_seconds=1)
    customer.sees_confirmed(customer.place())
    findings = books.findings()
    figures[f"ledger after {KILLS} pods were killed"] = f"{accepted} orders accepted, {len(findings)} findings"
    assert findings == []


def test_workers_are_scaled_by_their_work(release: Release, books: Books, figures: dict[str, str]) -> None:
    """By the fallback, CPU: a backlog makes workers busy."""
    workers = {"autoscaling": {"min": 1, "max": 3, "downAfterSeconds": 15}}
    others = {kind: {"autoscaling": {"min": 1}} for kind in ("api", "web", "live", "bridge")}
    release.upgrade(autoscaling=HPA, processes={"worker": workers, **others})
    try:

        async def work() -> float:
            async with books.load() as load:
                load.start(1, 3 * RATE, USUAL)
                began = time.monotonic()
                await seen(lambda: release.replicas("worker")[1] > 1, "a second worker")
                took = time.monotonic() - began
                await load.finish()
                return took

        took = asyncio.run(work())
        began = time.monotonic()
        until(lambda: release.replicas("worker")[0] == 1, "one worker again", SCALE_SECONDS, look_seconds=2)
        figures["workers 1 to 2 and more, and back"] = f"{took:.0f} s, {time.monotonic() - began:.0f} s"
        assert books.findings() == []
    finally:
        release.upgrade()


def test_a_node_is_emptied_within_the_budgets(release: Release, books: Books, customer: Customer) -> None:
    """There is one node, so what is evicted has nowhere to go: of two pods, the budget keeps one."""
    kinds = ("api", "live", "web", "worker", "bridge", "relay")
    release.upgrade(processes={kind: {"replicas": 2} for kind in kinds}, edge={"replicas": 2})
    (node,) = {each["spec"]["nodeName"] for each in release.pods("api")}
    try:
        order = customer.place()
        selected = f"app.kubernetes.io/component in ({','.join((*kinds, 'edge'))})"
        with pytest.raises(CommandFailed, match="disruption budget"):
            run("kubectl", "drain", node, "--delete-emptydir-data", "--timeout=30s", f"--pod-selector={selected}")
        for kind in (*kinds, "edge"):
            assert release.replicas(kind) == (2, 1), kind
        customer.sees_confirmed(order, customer.place())
    finally:
        run("kubectl", "uncordon", node)
        until(release.whole, "every pod to be ready again", SCALE_SECONDS, look_seconds=1)
        release.upgrade()
    assert books.findings() == []
