"""Has an experiment carried out by the supervisor, follows it, and undoes it when the person leaves."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from pedidos_classroom.control import Control, NotPossible, Unreachable
from pedidos_classroom.experiments.card import Card, Choice

LOOK_SECONDS = 1.0
"""As often as an open page asks. The experiment ends when no one asks."""

UNDONE_SECONDS = 60.0
"""Longest wait until everything is undone: a second platform has to stop."""

Run = Mapping[str, Any]
Tell = Callable[[Mapping[str, Any]], None]


class Left(Exception):
    """The person has left. undone: whether everything was undone meanwhile."""

    def __init__(self, *, undone: bool) -> None:
        super().__init__("the person has left")
        self.undone = undone


def carried_out(control: Control, card: Card, choice: Choice, tell: Tell, leaving: Callable[[], None]) -> Run:
    """The experiment with all its lines, when it has ended. tell: gets each line. leaving: called when Ctrl-C was
    pressed, before everything is undone.

    Raises Unreachable, NotPossible (another one goes on, for example), and Left.
    """
    number = control.start(card.name, choice.name)
    try:
        return _followed(control, number, tell)
    except KeyboardInterrupt:
        leaving()
        raise Left(undone=_end(control, card, number)) from None


def _followed(control: Control, number: int, tell: Tell) -> Run:
    lines: list[Mapping[str, Any]] = []
    while True:
        run = _watched(control, number, len(lines))
        for line in run["lines"]:
            tell(line)
        lines += run["lines"]
        if run["ended"] is not None:
            return {**run, "lines": lines}
        time.sleep(LOOK_SECONDS)


def _watched(control: Control, number: int, after: int) -> Run:
    run = control.watch(after)
    if run is None or run["number"] != number:
        raise NotPossible("The experiment is gone: the supervisor has started again, or another experiment has begun.")
    return run


def _end(control: Control, card: Card, number: int) -> bool:
    """Ends the experiment; whether all of it was undone in time."""
    deadline = time.monotonic() + UNDONE_SECONDS
    with suppress(Unreachable, NotPossible):
        control.end()
        while time.monotonic() < deadline:
            if _watched(control, number, 0)["ended"] is not None and not _breaks(control, card):
                return True
            time.sleep(LOOK_SECONDS)
    return False


def _breaks(control: Control, card: Card) -> bool:
    return any(fault.owner == card.owner for fault in control.board().faults)
