"""The platform's supervisor for synchronous callers: its event loop has its own thread."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from types import TracebackType
from typing import Any, TypeVar

from pedidos_local.layout import Layout
from pedidos_local.supervisor import Kind, Supervisor
from pedidos_local.supervisor_events import Journal

T = TypeVar("T")

CHANGE_SECONDS = 240.0
"""Maximum wait for a change: the first start of Kafka may have to download it."""


class Supervised:
    """Use as a context manager: the programs of these kinds run inside. Entering raises ExceptionGroup, as
    Supervisor.start does; anything already started is then stopped."""

    def __init__(self, kinds: Sequence[Kind], layout: Layout) -> None:
        self._supervisor = Supervisor(kinds, layout, Journal())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="supervisor", daemon=True)

    def __enter__(self) -> "Supervised":
        self._thread.start()
        try:
            self._do(self._supervisor.start())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def scale(self, **counts: int) -> None:
        """Scales each named kind to its number of instances and waits until they are ready. Raises Refused,
        StartFailed."""
        self._do(self._supervisor.scale(counts))

    def processes(self) -> dict[str, list[int]]:
        """Kind → process ids of its running instances."""
        found: dict[str, list[int]] = defaultdict(list)
        for facts in self._supervisor.facts():
            pid = facts["pid"]
            if isinstance(pid, int):
                found[str(facts["kind"])].append(pid)
        return dict(found)

    def restarts(self) -> dict[str, int]:
        """Name → number of restarts, for the programs that had any."""
        counted = {str(facts["name"]): facts["restarts"] for facts in self._supervisor.facts()}
        return {name: count for name, count in counted.items() if isinstance(count, int) and count}

    def _end(self) -> None:
        try:
            self._do(self._supervisor.stop())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(CHANGE_SECONDS)
