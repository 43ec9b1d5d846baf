"""Figures for tests: those of processes that answer with these series."""

from collections.abc import Mapping

from pedidos.processes.web.figures.exposition import series
from pedidos.processes.web.figures.figures import Figures, gauges_of
from pedidos.processes.web.figures.kept import History, point
from pedidos.processes.web.figures.maker import Seen
from pedidos.processes.web.figures.reading import Instance
from pedidos.processes.web.figures.totals import Totals
from pedidos.processes.web.figures.wrong import EXPECTED, Watch
from pedidos.telemetry.catalogue.whole_platform import FIGURES_READ

BEGAN = 1_796_000_000.0


def instance(name: str, silence: str | None = None, restarts: tuple[float, ...] = ()) -> Instance:
    return Instance(name, name.partition("-")[0], silence, BEGAN, BEGAN, "0.1.0", 0.1, 1e8, restarts)


class Platform:
    """Its processes answer one time after the other; between, time passes."""

    def __init__(self) -> None:
        self.at = BEGAN
        self._history = History()
        self._totals = Totals()
        self._watch = Watch()
        self._number = 0

    def seen(
        self, found: Mapping[str, float] | None = None, *instances: Instance, after: float = 1.0, fresh: bool = True
    ) -> Seen:
        """What is seen some seconds later, if a process answers with these series. instances: in place of the one of
        their kind that answers. fresh: whether the scheduler has read its figures just now."""
        self.at += after
        self._number += 1
        read = {
            series(FIGURES_READ, part=part): self.at if fresh else BEGAN for part in ("database", "consumers", "queues")
        }
        answered = {"scheduler": {**read, **(found or {})}}
        gauges = gauges_of(answered)
        now = point(self.at, gauges | self._totals.add(self.at, answered))
        self._history.add(now)
        given = {each.kind for each in instances}
        running = [*(instance(kind) for kind in EXPECTED if kind not in given), *instances]
        figures = Figures(self._number, self.at, running, gauges, now, self._history, None)
        return Seen(figures, self._watch.look(figures))
