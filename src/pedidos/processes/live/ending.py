"""Whether the live process has to end, and why."""

import asyncio


class Ending:
    """Is set once, on the event loop: by a signal, or because a part of the process failed."""

    def __init__(self) -> None:
        self._set = asyncio.Event()
        self.failed = False

    def __bool__(self) -> bool:
        return self._set.is_set()

    def set(self) -> None:
        self._set.set()

    def fail(self) -> None:
        self.failed = True
        self._set.set()

    async def wait(self) -> None:
        await self._set.wait()
