"""Makes the figures in a thread of its own: every second while somebody looks, otherwise every 15 seconds."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog

from pedidos.domain.steps import Step
from pedidos.processes.web.figures.exposition import series
from pedidos.processes.web.figures.figures import Figures, gauges_of
from pedidos.processes.web.figures.keeping import FiguresFile
from pedidos.processes.web.figures.kept import History, Point, point
from pedidos.processes.web.figures.reading import Reader
from pedidos.processes.web.figures.targets import Target
from pedidos.processes.web.figures.totals import Totals
from pedidos.processes.web.figures.wrong import Finding, Watch
from pedidos.telemetry.catalogue.orders import ORDERS_ACCEPTED
from pedidos.telemetry.catalogue.steps import STEP_MOVED

LOOK_SECONDS = 1.0
IDLE_SECONDS = 15.0
LOOKED_AT_SECONDS = 5.0
"""How long somebody counts as looking after the last question."""
FRESH_SECONDS = 2.0
KEPT_SECONDS = 60.0
"""How often they are written to the file. When the process is killed, those since then are lost."""
CLOSE_SECONDS = 5.0
PATIENCE_SECONDS = 1.5
"""How long a question waits for fresh figures. Then it gets those that there are."""

_PROGRESS = [series(ORDERS_ACCEPTED), *(series(STEP_MOVED, step=step) for step in Step)]

NO_FILE = FiguresFile(None)

logger = structlog.get_logger()


class Seen(NamedTuple):
    """The figures, and what is wrong according to them."""

    figures: Figures
    findings: Sequence[Finding]


class FiguresMaker:
    """Any thread may ask it; start() begins the work."""

    def __init__(self, find: Callable[[], list[Target]], file: FiguresFile = NO_FILE) -> None:
        """file: where the figures outlive this process."""
        kept = file.read(time.time())
        self._file = file
        self._reader = Reader(find)
        self._totals = Totals(kept)
        self._history = History(kept.points)
        self._watch = Watch()
        self._made: Seen | None = None
        self._progressed = kept.progressed
        self._kept_at = time.monotonic()
        self._number = 0
        self._looked = float("-inf")
        self._wanted = threading.Event()
        self._new = threading.Condition()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="figures", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Ends the work, and returns when the figures are kept."""
        self._ended.set()
        self._wanted.set()
        with self._new:
            self._new.notify_all()
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS)
        self._reader.close()

    def look(self) -> Seen | None:
        """What is seen now, mostly not older than a second; None if nothing is yet. For the next seconds, figures are
        made every second."""
        self._looked = time.monotonic()
        self._wanted.set()
        with self._new:
            self._new.wait_for(self._is_fresh, PATIENCE_SECONDS)
            return self._made

    def after(self, number: int, seconds: float) -> int:
        """Waits for figures that are newer than those of this number, at most for these seconds, and returns the number
        of the newest. As look(), it has figures made every second."""
        self._looked = time.monotonic()
        self._wanted.set()
        with self._new:
            self._new.wait_for(lambda: self._ended.is_set() or self._number_made() > number, seconds)
            return max(number, self._number_made())

    def _number_made(self) -> int:
        return -1 if self._made is None else self._made.figures.number

    def make(self) -> Seen:
        """Asks all processes once. For one thread."""
        instances, found = self._reader.round()
        at = time.time()
        gauges = gauges_of(found)
        now = point(at, gauges | self._totals.add(at, found))
        self._progressed = self._progress(now)
        self._history.add(now)
        self._number += 1
        figures = Figures(self._number, at, instances, gauges, now, self._history, self._progressed)
        made = Seen(figures, self._watch.look(figures))
        with self._new:
            self._made = made
            self._new.notify_all()
        if time.monotonic() - self._kept_at >= KEPT_SECONDS:
            self._keep()
        return made

    def _keep(self) -> None:
        self._kept_at = time.monotonic()
        self._file.write(self._totals.kept(self._history.since(0.0), self._progressed))

    def _progress(self, now: Point) -> float | None:
        before = self._history.at(now.at)
        if before is not None and any(now[name] > before[name] for name in _PROGRESS):
            return now.at
        return self._progressed

    def _work(self) -> None:
        while not self._ended.is_set():
            began = time.monotonic()
            self._wanted.clear()
            try:
                self.make()
            except Exception:
                logger.exception("figures not made")
            if time.monotonic() - self._looked < LOOKED_AT_SECONDS:
                self._ended.wait(max(0.1, began + LOOK_SECONDS - time.monotonic()))
            else:
                self._wanted.wait(max(0.1, began + IDLE_SECONDS - time.monotonic()))
        self._keep()

    def _is_fresh(self) -> bool:
        return self._made is not None and time.time() - self._made.figures.at < FRESH_SECONDS
