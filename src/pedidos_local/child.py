"""One supervised program: starts it, watches it, restarts it when it dies, stops it."""

import asyncio
import random
import time
from enum import StrEnum

from pedidos.domain.retry import RetryPolicy
from pedidos_local import logfiles
from pedidos_local import supervisor_words as words
from pedidos_local.layout import Layout
from pedidos_local.liveness import LOOK_SECONDS, Silence
from pedidos_local.program import Program
from pedidos_local.spawning import clear_up, destroy, end, how_it_ended, spawn
from pedidos_local.supervisor_events import Journal

START_SECONDS = 60.0
"""A program that is not ready after this time counts as dead."""

FIRST_ATTEMPTS = 4
"""After this many deaths before the program was ready for the first time, start() gives up. The attempts continue."""

STEADY_SECONDS = 30.0
"""After a program was ready for this long, its back-off starts again from the shortest pause."""

BACK_OFF = RetryPolicy(base_seconds=0.5, cap_seconds=30.0, max_attempts=1_000_000_000)
LOG_LINES = 15


class State(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    STOPPING = "stopping"
    STOPPED = "stopped"


class StartFailed(Exception):
    """A program did not become ready. reason: what was seen. log: its last lines. remedy: what to do."""

    def __init__(self, name: str, reason: str, log: list[str], remedy: str = "") -> None:
        super().__init__(f"{name} {reason}")
        self.name, self.reason, self.log, self.remedy = name, reason, log, remedy


class Child:
    """rank: its place in the stop order. All methods run on the supervisor's event loop."""

    def __init__(self, program: Program, rank: int, layout: Layout, journal: Journal) -> None:
        self.program = program
        self.rank = rank
        self.state = State.STOPPED
        self.pid: int | None = None
        self.up_since: float | None = None
        self.restarts = 0
        self.last_exit: str | None = None
        self._layout = layout
        self._journal = journal
        self._log_begins = 0
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self.program.name

    async def start(self) -> None:
        """Starts the program and returns when it is ready; from then on the program is kept running. Raises
        StartFailed."""
        first_ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._keeper = keeper = asyncio.create_task(self._keep(first_ready), name=f"keep {self.name}")
        await asyncio.wait([first_ready, keeper], return_when=asyncio.FIRST_COMPLETED)
        if not first_ready.done():
            keeper.result()  # raises an error of the keeper itself
        first_ready.result()

    async def stop(self) -> None:
        """Stops the program; kills it after its stop_seconds. No process of its group remains."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None
        if self._process is not None and self._process.returncode is None:
            self.state = State.STOPPING
            began = time.monotonic()
            self._journal.tell("stopping", self.name)
            forced = await end(self._process, self.program)
            detail = "did not stop, killed" if forced else ""
            self._journal.tell("stopped", self.name, seconds=_since(began), detail=detail)
        self._gone()
        self.state = State.STOPPED

    async def serves(self) -> bool:
        """The result of program.ready(), called in a thread. False if it could not be called because the machine lacks
        processes, files or memory."""
        try:
            return await asyncio.to_thread(self.program.ready)
        except OSError:
            return False

    def facts(self) -> dict[str, object]:
        """What `status` shows about the program."""
        return {
            "name": self.name,
            "kind": self.program.kind,
            "state": str(self.state),
            "pid": self.pid,
            "up_since": self.up_since,
            "restarts": self.restarts,
            "last_exit": self.last_exit,
        }

    async def _keep(self, first_ready: asyncio.Future[None]) -> None:
        failures = 0
        while True:
            began = time.monotonic()
            reason = await self._watched(first_ready)
            if first_ready.cancelled():
                return
            said = [] if self.state is State.RUNNING else self._said()
            failed = self.state is State.STARTING and self._ended_with_an_error()
            failures = 1 if self.state is State.RUNNING and time.monotonic() - began > STEADY_SECONDS else failures + 1
            self.last_exit = reason
            self.state = State.WAITING
            self._gone()
            too_slow = began + START_SECONDS < time.monotonic()
            if not first_ready.done() and (too_slow or failures >= FIRST_ATTEMPTS):
                first_ready.set_exception(StartFailed(self.name, reason, said, self.program.remedy))
            delay = BACK_OFF.delay(failures, random.random()) or BACK_OFF.cap_seconds  # noqa: S311  # jitter, not a secret
            self.restarts += 1
            detail = words.STARTS_AGAIN.filled(reason=reason, seconds=f"{delay:.1f}")
            self._journal.tell("exited", self.name, detail=detail, log=said[-1:])
            await asyncio.sleep(delay)
            if failed:
                await self._mend()

    def _ended_with_an_error(self) -> bool:
        """False for a program that was killed; then there is nothing to repair."""
        return self._process is not None and (self._process.returncode or 0) > 0

    async def _mend(self) -> None:
        if self.program.mend is None:
            return
        try:
            done = await asyncio.to_thread(self.program.mend)
        except OSError as error:
            done = words.NOT_MENDED.filled(reason=error)
        if done:
            self._journal.tell("mended", self.name, detail=done)

    def _said(self) -> list[str]:
        """The last lines that the program wrote since its start."""
        try:
            return logfiles.tail(self._layout.log(self.name), LOG_LINES, since=self._log_begins)
        except OSError:  # the machine lacks file descriptors: keeping the program running is more important
            return []

    async def _watched(self, first_ready: asyncio.Future[None]) -> str:
        """_live(), with an unexpected error treated as a death; otherwise the keeper would end unnoticed."""
        try:
            return await self._live(first_ready)
        except Exception as error:  # noqa: BLE001  # told as the reason
            if self._process is not None:
                await end(self._process, self.program)
            return f"could not be watched: {type(error).__name__}: {error}"

    async def _live(self, first_ready: asyncio.Future[None]) -> str:
        """Runs the program once, from start to death. Returns how it ended."""
        self.state = State.STARTING
        began = time.monotonic()
        self._journal.tell("starting", self.name)
        try:
            self._log_begins = logfiles.size(self._layout.log(self.name))
            self._process = process = await spawn(self.program, self.rank, self._layout)
        except OSError as error:
            return f"could not be started: {error}"
        self.pid = process.pid
        exited = asyncio.create_task(process.wait())
        try:
            if not await self._until_ready(exited, began + START_SECONDS):
                if exited.done():
                    return how_it_ended(process.returncode)
                await end(process, self.program)
                return f"was not ready within {START_SECONDS:.0f} s"
            self.state = State.RUNNING
            self.up_since = time.time()
            self._journal.tell("ready", self.name, seconds=_since(began))
            if not first_ready.done():
                first_ready.set_result(None)
            if await self._until_hung(exited):
                await destroy(process)
                return "was killed: it gave no sign of life"
            return how_it_ended(process.returncode)
        finally:
            exited.cancel()

    async def _until_ready(self, exited: asyncio.Task[int], deadline: float) -> bool:
        pause = 0.03
        while not exited.done() and time.monotonic() < deadline:
            if await self.serves():
                return not exited.done()
            await asyncio.wait([exited], timeout=pause)
            pause = min(pause * 1.3, 0.25)
        return False

    async def _until_hung(self, exited: asyncio.Task[int]) -> bool:
        """Returns True when the program counts as hung; False if it ends before."""
        silence = Silence(self.program.patience_seconds)
        while not exited.done():
            await asyncio.wait([exited], timeout=LOOK_SECONDS)
            if not exited.done() and silence.look(alive=await self._lives()):
                return True
        return False

    async def _lives(self) -> bool:
        """The result of program.alive(), called in a thread. If the machine lacks the resources to ask, the program
        counts as alive."""
        try:
            return await asyncio.to_thread(self.program.alive)
        except OSError:
            return True

    def _gone(self) -> None:
        if self.pid is not None:
            clear_up(self.pid, self.name, self._layout)
        self.pid = self.up_since = None


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)
