"""Asks all processes for their figures at the same time. One that is slow delays no other."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from pedidos.processes.web.figures.exposition import CPU, MEMORY, STARTED, NotRead, Series, read, version_in
from pedidos.processes.web.figures.targets import Target

ROUND_SECONDS = 0.9
"""How long a round waits. A process that answers later counts as silent, until the next round."""
ANSWER_SECONDS = 3.0
"""Longest wait for one answer; meanwhile the process is not asked again."""

RESTART_SECONDS = 900.0
MOST_AT_ONCE = 32
"""Threads are made as they are needed: only processes that hang occupy one for longer than a moment."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A process. silence: why it did not answer, if so. answered: when it last did. started: when it began. Both in
    seconds since the epoch. cpu: how much of a core it used between its last two answers. memory: in bytes. A worker's
    children are in neither. restarts: when it was seen to have started again, in the last 15 minutes."""

    name: str
    kind: str
    silence: str | None
    answered: float | None
    started: float | None
    version: str | None
    cpu: float | None
    memory: float | None
    restarts: tuple[float, ...] = ()


class Reader:
    """Asks the processes that `find` finds. For one thread. Call close() when done."""

    def __init__(self, find: Callable[[], list[Target]]) -> None:
        self._find = find
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="figures")
        self._asked: dict[Target, Future[Series]] = {}
        self._last: dict[str, tuple[float, Series, Instance]] = {}
        self._restarts: dict[str, tuple[float, ...]] = {}

    def round(self) -> tuple[list[Instance], Mapping[str, Series]]:
        """All processes, and the series of those that have answered, by their names."""
        targets = self._find()
        for target in targets:
            if target not in self._asked:
                self._asked[target] = self._pool.submit(read, target.address, ANSWER_SECONDS)
        wait([self._asked[target] for target in targets], ROUND_SECONDS)
        found: dict[str, Series] = {}
        instances = []
        for target in targets:
            future = self._asked[target]
            if future.done():
                del self._asked[target]
            instances.append(self._instance(target, future, found))
        self._asked = {target: future for target, future in self._asked.items() if target in targets}
        self._last = {name: known for name, known in self._last.items() if name in {each.name for each in targets}}
        return instances, found

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _instance(self, target: Target, future: "Future[Series]", found: dict[str, Series]) -> Instance:
        now = time.time()
        try:
            series = future.result(0)
        except NotRead as error:
            return self._silent(target, str(error))
        except TimeoutError:
            return self._silent(target, f"no answer within {ROUND_SECONDS:g} s")
        found[target.name] = series
        restarts = self._restarted(target.name, now, series)
        made = Instance(
            target.name,
            target.kind,
            None,
            now,
            series.get(STARTED),
            version_in(series),
            self._cpu(target.name, now, series),
            series.get(MEMORY),
            restarts,
        )
        self._last[target.name] = (now, series, made)
        return made

    def _restarted(self, name: str, now: float, series: Series) -> tuple[float, ...]:
        seen = tuple(at for at in self._restarts.get(name, ()) if at > now - RESTART_SECONDS)
        if name in self._last and self._last[name][1].get(STARTED) != series.get(STARTED):
            seen = (*seen, now)
        self._restarts[name] = seen
        return seen

    def _cpu(self, name: str, now: float, series: Series) -> float | None:
        if name not in self._last or CPU not in series:
            return None
        before, last, _ = self._last[name]
        if last.get(STARTED) != series.get(STARTED) or now <= before:
            return None
        return max(0.0, (series[CPU] - last.get(CPU, 0.0)) / (now - before))

    def _silent(self, target: Target, why: str) -> Instance:
        known = self._last.get(target.name)
        last = known[2] if known else None
        return Instance(
            target.name,
            target.kind,
            why,
            last.answered if last else None,
            last.started if last else None,
            last.version if last else None,
            None,
            None,
        )
