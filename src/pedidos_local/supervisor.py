"""Starts a platform's programs in the order of their dependencies, keeps them running, stops them in reverse."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pedidos_local import logfiles
from pedidos_local import supervisor_words as words
from pedidos_local.child import LOG_LINES, START_SECONDS, Child, StartFailed, State
from pedidos_local.layout import Layout
from pedidos_local.program import Program
from pedidos_local.spawning import clear_up, end, how_it_ended, spawn
from pedidos_local.supervisor_events import Journal

ROTATION_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of program and what it needs: names of kinds that must be ready, or prepared(name). make(n) creates the
    n-th instance, from 1.

    stage: higher stages stop earlier; programs of the same stage stop at the same time. prepare runs in a thread before
    the first instance starts; it may take long and may raise, and returns what it had to repair. once: the program does
    its work and ends; others can start when it has ended successfully. least, limit: minimum and maximum number of
    instances. noticed_seconds: an instance gets no requests until this long after it is ready; no other instance is
    stopped before that, and a single instance is restarted with a second one next to it.
    """

    name: str
    stage: int
    make: Callable[[int], Program]
    needs: frozenset[str] = frozenset()
    prepare: Callable[[], str | None] | None = None
    once: bool = False
    count: int = 1
    least: int = 0
    limit: int = 1
    noticed_seconds: float = 0.0


def prepared(name: str) -> str:
    """A dependency on a kind that only has to be prepared, not ready."""
    return f"{name} prepared"


class Refused(Exception):
    """The request is not possible; the message says why."""


class Supervisor:
    """kinds: in the order in which `status` shows them."""

    def __init__(self, kinds: Sequence[Kind], layout: Layout, journal: Journal) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._order = [kind.name for kind in kinds]
        self._layout = layout
        self._journal = journal
        self._children: dict[str, Child] = {}
        self._changing = asyncio.Lock()
        self._rotation: asyncio.Task[None] | None = None
        self.ready = False

    @property
    def kinds(self) -> frozenset[str]:
        """The names of all kinds, also of those that have no instance now."""
        return frozenset(self._kinds)

    async def start(self) -> None:
        """Starts everything; returns when all of it is ready. Raises ExceptionGroup of StartFailed and of what prepare
        functions raise; then some programs are running and stop() ends them."""
        began = time.monotonic()
        self._rotation = asyncio.create_task(self._rotate(), name="rotate logs")
        done = {state: asyncio.Event() for name in self._kinds for state in (name, prepared(name))}
        async with self._changing, asyncio.TaskGroup() as group:
            for kind in self._kinds.values():
                group.create_task(self._bring_up(kind, done), name=f"bring up {kind.name}")
        self.ready = True
        self._journal.tell("up", "platform", seconds=round(time.monotonic() - began, 3))

    async def stop(self) -> None:
        """Stops everything in reverse order, programs of the same stage at the same time. Works at any time, even
        during start()."""
        self.ready = False
        if self._rotation is not None:
            self._rotation.cancel()
        for _, peers in groupby(sorted(self._children.values(), key=lambda c: -c.rank), key=lambda c: c.rank):
            await asyncio.gather(*(child.stop() for child in peers))
        self._children.clear()

    def facts(self) -> list[dict[str, object]]:
        """What `status` shows about each program, in start order."""
        return [child.facts() for child in sorted(self._children.values(), key=self._place)]

    async def responsive(self) -> dict[str, bool]:
        """For each running program, whether it answers now; an error while asking counts as no."""
        running = [child for child in self._children.values() if child.up_since is not None]
        answers = await asyncio.gather(*(child.serves() for child in running), return_exceptions=True)
        return {child.name: answer is True for child, answer in zip(running, answers, strict=True)}

    async def restart(self, name: str) -> None:
        """Restarts one program, or all of a kind, one after the other. Raises Refused, StartFailed.

        A single instance behind the edge has a second one next to it meanwhile; if that does not start, the first one
        is not touched.
        """
        async with self._changing:
            named = [child for child in self._children.values() if name in (child.name, child.program.kind)]
            if not named:
                raise self._unknown(name)
            kind = self._kinds[named[0].program.kind]
            alone = kind.noticed_seconds > 0 and sum(c.program.kind == kind.name for c in self._children.values()) == 1
            if alone:
                await self._scale(kind, 2)
            try:
                for child in sorted(named, key=self._place):
                    await child.stop()
                    await child.start()
                    await asyncio.sleep(kind.noticed_seconds)
            finally:
                if alone:
                    await self._scale(kind, 1)

    async def halt(self, name: str) -> None:
        """Stops one program and keeps it stopped until resume(). Raises Refused."""
        async with self._changing:
            await self._child(name).stop()

    async def resume(self, name: str) -> None:
        """Starts a halted program; does nothing if it was started meanwhile. Raises Refused, StartFailed."""
        async with self._changing:
            child = self._child(name)
            if child.state is State.STOPPED:
                await child.start()

    async def scale(self, counts: Mapping[str, int]) -> None:
        """Scales each named kind to its number of instances. Raises Refused before anything is changed, StartFailed."""
        async with self._changing:
            for name, count in counts.items():
                self._check_count(name, count)
            for name, count in counts.items():
                await self._scale(self._kinds[name], count)

    def _check_count(self, name: str, count: int) -> None:
        scalable = [kind.name for kind in self._kinds.values() if kind.limit > 1]
        if name not in scalable:
            raise Refused(words.NOT_SCALED.filled(name=name, names=", ".join(scalable)))
        kind = self._kinds[name]
        if not kind.least <= count <= kind.limit:
            raise Refused(words.SCALED_WITHIN.filled(name=name, least=kind.least, most=kind.limit, count=count))

    async def _scale(self, kind: Kind, count: int) -> None:
        present = sorted((c for c in self._children.values() if c.program.kind == kind.name), key=self._place)
        if len(present) == count:
            return
        fresh = [self._add(kind.make(n)) for n in range(len(present) + 1, count + 1)]
        surplus = present[count:]
        try:
            await asyncio.gather(*(child.start() for child in fresh))
        except StartFailed:
            for child in fresh:
                await self._remove(child)
            raise
        if fresh:
            await asyncio.sleep(kind.noticed_seconds)
        await asyncio.gather(*(self._remove(child) for child in surplus))

    async def _bring_up(self, kind: Kind, done: Mapping[str, asyncio.Event]) -> None:
        for need in kind.needs:
            await done[need].wait()
        began = time.monotonic()
        if kind.prepare is not None:
            self._journal.tell("preparing", kind.name)
            if mended := await asyncio.to_thread(kind.prepare):
                self._journal.tell("mended", kind.name, detail=mended)
            self._journal.tell("prepared", kind.name, seconds=round(time.monotonic() - began, 3))
        done[prepared(kind.name)].set()
        if kind.once:
            await self._run_once(kind)
        else:
            fresh = [self._add(kind.make(n)) for n in range(1, kind.count + 1)]
            await asyncio.gather(*(child.start() for child in fresh))
        done[kind.name].set()

    async def _run_once(self, kind: Kind) -> None:
        program = kind.make(1)
        began = time.monotonic()
        log = self._layout.log(program.name)
        log_begins = logfiles.size(log)
        self._journal.tell("starting", program.name)
        process = await spawn(program, kind.stage, self._layout)
        try:
            await asyncio.wait_for(process.wait(), START_SECONDS)
        except TimeoutError:
            reason: str = words.TOO_SLOW.filled(seconds=f"{START_SECONDS:.0f}")
        else:
            reason = how_it_ended(process.returncode)
        finally:
            await end(process, program)
            clear_up(process.pid, program.name, self._layout)
        if process.returncode != 0:
            raise StartFailed(program.name, reason, logfiles.tail(log, LOG_LINES, since=log_begins))
        self._journal.tell("ready", program.name, seconds=round(time.monotonic() - began, 3))

    def _add(self, program: Program) -> Child:
        child = Child(program, self._kinds[program.kind].stage, self._layout, self._journal)
        self._children[child.name] = child
        return child

    async def _remove(self, child: Child) -> None:
        await child.stop()
        self._children.pop(child.name, None)
        self._layout.target(child.name).unlink(missing_ok=True)  # it is not down, it is not wanted

    def _child(self, name: str) -> Child:
        if name not in self._children:
            raise self._unknown(name)
        return self._children[name]

    def _unknown(self, name: str) -> Refused:
        return Refused(words.NO_PROCESS.filled(name=name, names=", ".join(self._names())))

    def _names(self) -> list[str]:
        return [child.name for child in sorted(self._children.values(), key=self._place)]

    async def _rotate(self) -> None:
        while True:
            await asyncio.sleep(ROTATION_SECONDS)
            for log in self._layout.logs.glob("*.log"):  # also the supervisor's own, and those of earlier programs
                self._rotate_log(log)

    def _rotate_log(self, log: Path) -> None:
        try:
            if logfiles.rotate(log):
                self._journal.tell("rotated", log.stem)
        except OSError as error:  # a failure must not affect the others or the next time
            self._journal.tell("not rotated", log.stem, detail=str(error))

    def _place(self, child: Child) -> tuple[int, int, str]:
        """Sort key: worker-10 comes after worker-9."""
        return (self._order.index(child.program.kind), len(child.name), child.name)
