"""How long a sender waits: short after there was something, longer and longer while there is nothing."""

import asyncio
from itertools import accumulate, repeat

from pedidos.processes.notifier.pause import SECONDS, Pause, longer


def test_pauses_grow_to_a_limit() -> None:
    pauses = list(accumulate(repeat(None, 5), lambda seconds, _: longer(seconds), initial=SECONDS[0]))
    assert pauses == [0.5, 1.0, 2.0, 2.0, 2.0, 2.0]


def test_what_is_announced_during_a_look_ends_the_pause_after_it() -> None:
    async def scenario() -> None:
        pause = Pause()
        pause.looking()
        pause.wake()
        await asyncio.wait_for(pause.wait(), SECONDS[0] / 2)
        pause.looking()
        waiting = asyncio.create_task(pause.wait())
        await asyncio.sleep(0)
        assert not waiting.done()
        pause.wake()
        await asyncio.wait_for(waiting, SECONDS[0] / 2)

    asyncio.run(scenario())
