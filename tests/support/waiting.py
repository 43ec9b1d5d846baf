"""Waiting for a state, in a thread and on an event loop. Tests wait for what they need to see, never for a time."""

import asyncio
import time
from collections.abc import Callable

WAIT_SECONDS = 60.0
"""Far beyond what anything here takes on a machine that is busy. It bounds a test that would hang."""

LOOK_SECONDS = 0.02


def until(
    condition: Callable[[], object], what: str, seconds: float = WAIT_SECONDS, *, look_seconds: float = LOOK_SECONDS
) -> None:
    """Returns as soon as the condition holds. Fails after `seconds`, and says what it waited for.

    look_seconds: how long between two looks, for a look that costs others something.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(look_seconds)


async def until_async(condition: Callable[[], object], what: str, seconds: float = WAIT_SECONDS) -> None:
    """The same on an event loop, on which other tasks go on meanwhile."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        await asyncio.sleep(LOOK_SECONDS)
