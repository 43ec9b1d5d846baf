"""The journal: nothing missed, nothing twice, an end."""

import asyncio

from pedidos_local.supervisor_events import REMEMBERED, Journal


def test_listeners_get_the_past_and_what_follows() -> None:
    async def scene() -> tuple[list[object], list[object]]:
        journal = Journal()
        journal.tell("starting", "kafka")

        async def names(past: bool) -> list[object]:
            return [happening["name"] async for happening in journal.listen(past=past)]

        everything = asyncio.create_task(names(past=True))
        fresh = asyncio.create_task(names(past=False))
        await asyncio.sleep(0)
        for name in ("valkey", "postgres"):
            journal.tell("ready", name)
        await asyncio.sleep(0)
        journal.tell("down", "platform")
        journal.close()
        return await everything, await fresh

    everything, fresh = asyncio.run(scene())
    assert everything == ["kafka", "valkey", "postgres", "platform"]
    assert fresh == ["valkey", "postgres", "platform"]


def test_a_listener_can_end_with_something_else() -> None:
    async def scene() -> list[object]:
        journal = Journal()

        async def work() -> None:
            journal.tell("stopping", "api-1")
            await asyncio.sleep(0)
            journal.tell("ready", "api-1")

        until = asyncio.create_task(work())
        return [happening["what"] async for happening in journal.listen(past=False, until=until)]

    assert asyncio.run(scene()) == ["stopping", "ready"]


def test_remembers_a_bounded_number() -> None:
    async def scene() -> list[object]:
        journal = Journal()
        for number in range(REMEMBERED + 10):
            journal.tell("exited", str(number))
        journal.close()
        return [happening["name"] async for happening in journal.listen(past=True)]

    assert asyncio.run(scene()) == [str(number) for number in range(10, REMEMBERED + 10)]
