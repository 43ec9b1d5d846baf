"""An experiment in a terminal while it goes on: its steps as they come, and the newest figures."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from rich.console import Console

from pedidos_classroom.cli.language import Language
from pedidos_classroom.experiments import names
from pedidos_classroom.experiments.run_view import rates_of

LINE_SECONDS = 5.0
"""How often the figures are printed where they cannot be shown in place."""

STYLES = {"broken": "red", "mended": "green"}


class Progress:
    """Use as a context manager. On a terminal, the figures are shown in place below the steps."""

    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language = language
        self._status = console.status("")
        self._before: Mapping[str, Any] | None = None
        self._printed_at = 0.0

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._status.stop()

    def tell(self, line: Mapping[str, Any]) -> None:
        """Shows a line of the experiment."""
        if "step" in line:
            self._step(line)
        elif "figures" in line:
            if self._before is not None:
                self._figures(rates_of([self._before, line])[0])
            self._before = line

    def _step(self, line: Mapping[str, Any]) -> None:
        step, what = str(line["step"]), str(line["what"])
        named = self._language.gettext(names.STEPS[step]) if step in names.STEPS else step
        act = self._language.gettext(names.ACTS[line["act"]]) + " " if "act" in line else ""
        text = f"{line['at']:7.1f} s  {named}{f' · {act}{what}' if what else ''}"
        self._console.print(text, style=STYLES.get(step), markup=False, soft_wrap=True)

    def _figures(self, rate: Mapping[str, Any]) -> None:
        _ = self._language.gettext
        parts = (
            f"{_('accepted per second')} {_known(rate['accepted'])}",
            f"{_('confirmed per second')} {_known(rate['confirmed'])}",
            f"{_('orders waiting')} {_known(rate['waiting'])}",
            f"{_('waiting in Kafka')} {_known(rate['lag'])}",
            f"{_('in the task broker')} {_known(rate['queued'])}",
        )
        said = " · ".join(parts)
        if self._console.is_terminal:
            self._status.update(said)
        elif time.monotonic() - self._printed_at >= LINE_SECONDS:
            self._printed_at = time.monotonic()
            self._console.print(f"{rate['at']:7.1f} s  {said}", markup=False, soft_wrap=True)


def _known(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
