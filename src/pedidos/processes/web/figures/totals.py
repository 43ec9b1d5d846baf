"""Counters of processes that start again, as sums that only grow."""

from collections.abc import Mapping

from pedidos.processes.web.figures.exposition import STARTED, Series
from pedidos.processes.web.figures.kept import COUNTERS


class Totals:
    """What all processes have counted since the first reading."""

    def __init__(self) -> None:
        self._sums = dict.fromkeys(COUNTERS, 0.0)
        self._last: dict[str, Series] = {}
        self._before: float | None = None

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
