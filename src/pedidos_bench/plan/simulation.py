"""A discrete-event simulation of stations that work on batches and share the cores of a machine.

Work takes CPU: while more jobs than cores are under way, each gets an equal share, as an operating system's scheduler
would give (processor sharing). A station takes what waits for it, up to a batch, whenever one of its servers is free.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Action = Callable[[], None]


class Clock:
    """Simulated time in seconds, what is due, and what is under way on the cores."""

    def __init__(self, cores: float) -> None:
        """cores: how many jobs can run at full speed at once."""
        self.now = 0.0
        self._cores = cores
        self._due: list[tuple[float, int, Action]] = []
        self._order = count()
        # All jobs progress at one speed, so one clock of work done serves for all: a job ends when it shows its mark.
        self._worked = 0.0
        self._jobs: list[tuple[float, int, Action]] = []

    def after(self, seconds: float, action: Action) -> None:
        """Runs the action after these seconds; actions due at the same time run in the order of their calls."""
        heapq.heappush(self._due, (self.now + seconds, next(self._order), action))

    def work(self, cpu_seconds: float, action: Action) -> None:
        """Runs the action when a job of this much CPU time is done."""
        heapq.heappush(self._jobs, (self._worked + cpu_seconds, next(self._order), action))

    def run(self) -> None:
        """Runs until no action is due and no job is under way."""
        while self._due or self._jobs:
            speed = min(1.0, self._cores / len(self._jobs)) if self._jobs else 1.0
            through = self.now + (self._jobs[0][0] - self._worked) / speed if self._jobs else float("inf")
            if self._due and self._due[0][0] <= through:
                moment, _, action = heapq.heappop(self._due)
                self._worked += (moment - self.now) * speed if self._jobs else 0.0
            else:
                self._worked, _, action = heapq.heappop(self._jobs)
                moment = through
            self.now = max(self.now, moment)
            action()


@dataclass
class Crew:
    """Servers that several stations share; the stations take turns."""

    free: int
    stations: list["Station"] = field(default_factory=list)
    _next: int = 0

    def look(self) -> None:
        """Starts every batch that can start; the stations take turns."""
        idle = 0
        while self.free and idle < len(self.stations):
            station = self.stations[self._next % len(self.stations)]
            self._next += 1
            idle = 0 if station.begin() else idle + 1


@dataclass
class Station:
    """per_batch and per_item: CPU seconds. most: maximum number of items in a batch. merges: waiting messages form one
    batch; otherwise each message stays a batch of its own. waits: additional seconds of a batch, without CPU.
    may_begin: whether the station may take work now; the code that changes the answer calls its crew's look(). rests:
    batch size → seconds without another batch, when that batch left no message waiting. looks: the first and the
    longest pause between two looks at an empty queue; the pause doubles each time. None: every message wakes the
    station at once. rings: whether these items wake the station at once even if it has looks.
    """

    clock: Clock
    crew: Crew
    per_batch: float
    per_item: float
    done: Callable[[Sequence[Any]], None]
    most: int = 1
    merges: bool = True
    waits: float = 0.0
    rests: Callable[[int], float] | None = None
    looks: tuple[float, float] | None = None
    rings: Callable[[Sequence[Any]], bool] = lambda _: False
    may_begin: Callable[[], bool] = lambda: True
    batches: int = 0
    items: int = 0
    _waiting: deque[Sequence[Any]] = field(default_factory=deque)
    _idle_since: float = 0.0
    _told: bool = False
    _look_due: int | None = None
    _looks: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.crew.stations.append(self)

    @property
    def messages(self) -> int:
        """Number of waiting messages."""
        return len(self._waiting)

    def put(self, items: Sequence[Any]) -> None:
        """Adds a message of one or more items to the queue."""
        if not items:
            return
        self._waiting.append(items)
        if self.looks is None or self.rings(items):
            self._told = True
        self._go_on()

    def begin(self) -> bool:
        """Takes a batch, if one waits and the station may begin. The crew calls this when it has a free server."""
        if not self._told or not self._waiting or not self.may_begin():
            return False
        batch = list(self._waiting.popleft())
        while self.merges and self._waiting and len(batch) + len(self._waiting[0]) <= self.most:
            batch += self._waiting.popleft()
        self._told, self._look_due = self.looks is None or bool(self._waiting), None
        self.crew.free -= 1
        self.batches += 1
        self.items += len(batch)
        rest = 0.0 if self.rests is None or self._waiting else self.rests(len(batch))
        self.clock.work(self.per_batch + len(batch) * self.per_item, lambda: self._worked(batch, rest))
        return True

    def _worked(self, batch: Sequence[Any], rest: float) -> None:
        if self.waits:
            self.clock.after(self.waits, lambda: self._through(batch, rest))
        else:
            self._through(batch, rest)

    def _through(self, batch: Sequence[Any], rest: float) -> None:
        self.done(batch)
        if rest:
            self.clock.after(rest, self._free)
        else:
            self._free()

    def _free(self) -> None:
        self.crew.free += 1
        self._idle_since = self.clock.now
        self._go_on()

    def _go_on(self) -> None:
        if self.looks and self._waiting and not self._told and self.crew.free and self._look_due is None:
            self._look_due = number = next(self._looks)
            self.clock.after(_until_look(self.clock.now - self._idle_since, *self.looks), lambda: self._look(number))
        self.crew.look()

    def _look(self, number: int) -> None:
        if self._look_due == number:
            self._told = True
            self.crew.look()


def _until_look(idle: float, first: float, longest: float) -> float:
    """Seconds from now until the next look of a station that has been idle for `idle` seconds."""
    pause, looked = first, first
    while looked < idle:
        if pause >= longest:
            return looked + longest * -((looked - idle) // longest) - idle  # from here on the looks are evenly apart
        pause = min(2 * pause, longest)
        looked += pause
    return looked - idle
