"""What an experiment tells its page: one JSON object per line on standard output.

Members: "step" (a moment with the name of what happens, "what", and the "act" of a fault), "figures" (once a second),
"verdicts", "trouble".
"""

import json
import sys
import time
from collections.abc import Mapping


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

    def figures(self, at: float, figures: Mapping[str, int | None]) -> None:
        """at: when they were counted."""
        self.tell(at=at, figures=dict(figures))
