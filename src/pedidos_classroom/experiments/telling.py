"""What an experiment tells its page: one JSON object per line on standard output.

Members: "step" (a moment with the name of what happens, "what", and the "act" of a fault), "figures" (once a second),
"verdicts", "trouble".
"""

import json
import sys
import time
from collections.abc import Iterable, Mapping

from pedidos_classroom.experiments.verdict_rows import rows
from pedidos_drills.ledger.verdict import Verdict


class Teller:
    """at: seconds since the experiment began."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> float:
        """Seconds since the experiment began."""
        return round(time.monotonic() - self._began, 2)

    def tell(self, **line: object) -> None:
        sys.stdout.write(json.dumps({"at": self.now(), **line}) + "\n")
        sys.stdout.flush()

    def step(self, name: str, what: str = "") -> None:
        """name: a word that the page translates. what: text that it shows as it is."""
        self.tell(step=name, what=what)

    def verdicts(
        self, found: Iterable[Verdict], seconds: float | None = None, within: float | None = None, **more: object
    ) -> None:
        """What was found: the last line. seconds: until what was under way had come to its end, of `within` that are
        promised."""
        self.tell(verdicts=rows(found), seconds=seconds and round(seconds, 1), within=within, **more)

    def figures(self, at: float, figures: Mapping[str, int | None]) -> None:
        """at: when they were counted."""
        self.tell(at=at, figures=dict(figures))
