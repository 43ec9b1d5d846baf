"""How long a sender waits until it looks again for something to send."""

import asyncio

SECONDS = (0.5, 2.0)
"""The first and the longest pause. They double while there is nothing: most of what is due is announced by this
process, and the rest (what other processes have written, and tries after a failure) may be a second or two late."""


class Pause:
    """The pauses of one sender. To be used on one event loop."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._seconds = SECONDS[0]

    def wake(self) -> None:
        """There may be something to send: the pause ends, or the next one does not begin."""
        self._woken.set()

    def looking(self) -> None:
        """What is announced from now on may be missed by this look."""
        self._woken.clear()

    def found(self) -> None:
        """There was something, so the next pause is a short one."""
        self._seconds = SECONDS[0]

    async def wait(self) -> None:
        """Until it is woken, or the pause is over."""
        try:
            await asyncio.wait_for(self._woken.wait(), self._seconds)
        except TimeoutError:
            self._seconds = longer(self._seconds)
        else:
            self._seconds = SECONDS[0]


def longer(seconds: float) -> float:
    """The pause after one of these seconds in which nothing was announced."""
    return min(2 * seconds, SECONDS[1])
