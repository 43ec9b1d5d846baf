"""Counters of processes that start again, as sums that only grow."""

from collections.abc import Mapping

from pedidos.processes.web.figures.exposition import STARTED, Series
from pedidos.processes.web.figures.keeping import Kept
from pedidos.processes.web.figures.kept import COUNTERS, Point


class Totals:
    """What all processes have counted since the first reading."""

    def __init__(self, kept: Kept | None = None) -> None:
        """kept: what an earlier process has counted; this one goes on from there."""
        kept = kept or Kept()
        self._sums = dict.fromkeys(COUNTERS, 0.0) | {name: kept.sums[name] for name in COUNTERS & kept.sums.keys()}
        self._last: dict[str, Series] = dict(kept.last)
        self._before = kept.before

    def add(self, at: float, found: Mapping[str, Series]) -> dict[str, float]:
        """Adds what each process has counted since its last reading, and returns the sums. at: seconds since the epoch.

        A process counts from 0 after its start. One that is seen for the first time counts fully if it began after the
        reading before; otherwise, what it counted before is not known to be new.
        """
        for name, series in found.items():
            last = self._last.get(name)
            if last is None or series.get(STARTED) != last.get(STARTED):
                began_since = self._before is not None and series.get(STARTED, 0.0) >= self._before
                last = {} if last is not None or began_since else series
            for counter in COUNTERS & series.keys():
                self._sums[counter] += max(0.0, series[counter] - last.get(counter, 0.0))
            self._last[name] = series
        self._before = at
        return dict(self._sums)

    def kept(self, points: list[Point], progressed: float | None) -> Kept:
        """What a later process needs to go on. points, progressed: the rest of it."""
        wanted = COUNTERS | {STARTED}
        last = {name: {each: series[each] for each in wanted & series.keys()} for name, series in self._last.items()}
        return Kept(points, dict(self._sums), last, self._before, progressed)
