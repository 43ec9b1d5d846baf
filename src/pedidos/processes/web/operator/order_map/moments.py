"""The moments of an order's way: what a reader can step through, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.standing import Standing
from pedidos.processes.web.operator.order_map.way import Visit


class State(StrEnum):
    """Of a place, for one order."""

    PASSED = "passed"
    HERE = "here"
    WAITING = "waiting"
    """It is here for longer than is usual."""
    AHEAD = "ahead"
    """It may still come here."""
    UNUSED = "unused"
    """It never came here, and will not."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The order comes to a place. at: nanoseconds since the epoch. exact: False if only the sequence is known, and not
    the time."""

    visit: Visit
    at: int
    exact: bool


def moments(visits: Sequence[Visit]) -> list[Moment]:
    """One per visit. A visit whose time is not known comes with the one before it, or with the first that is known."""
    first = next((visit.began for visit in visits if visit.began is not None), 0)
    found: list[Moment] = []
    for visit in visits:
        before = found[-1].at if found else first
        known = visit.began is not None
        # Clocks differ: the sequence is that of the way.
        found.append(Moment(visit, max(before, visit.began or 0), known))
    return found


def states(visits: Sequence[Visit], now: Standing) -> dict[Place, State]:
    """The state of each place."""
    been = {visit.place for visit in visits}
    ahead = State.AHEAD if now.why is not None else State.UNUSED
    found = {place: State.PASSED if place in been else ahead for place in Place}
    found[now.place] = State.WAITING if now.waiting else State.HERE
    return found
