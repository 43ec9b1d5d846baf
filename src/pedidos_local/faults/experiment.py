"""One experiment at a time, as a program of its own that the supervisor starts for a page and ends when it is left.

The program writes JSON, one object per line, to its standard output; a page reads them from here. So an experiment
survives a reload of the page, and a restart of the process that serves it.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pedidos.settings import os_environment
from pedidos_local import logfiles, postgres, records
from pedidos_local.environment import python
from pedidos_local.layout import UMASK, Layout
from pedidos_local.settings import LocalSettings
from pedidos_local.spawning import how_it_ended
from pedidos_local.supervisor import Refused

MODULE = "pedidos_classroom.experiments"
"""`python -m` runs it, with the name of the experiment."""

NAME = re.compile(r"[a-z0-9-]{1,60}")
PREDICTION = re.compile(r"[a-z0-9-]{0,60}")
LEFT_SECONDS = 30.0
"""An experiment ends when no page has asked for this long."""

MOST_SECONDS = 900.0
STOP_SECONDS = 45.0
"""A second platform is stopped in this time."""

MOST_LINES = 4000
LONGEST_LINE = 256 * 1024
RANK = 100
"""Leftovers of an experiment are ended before everything else."""


@dataclass(slots=True)
class Run:
    """What a page needs. number: of this run, since the supervisor's start. ended: how, None while it goes on."""

    number: int
    name: str
    prediction: str
    by: str
    began_at: float
    lines: list[Mapping[str, object]] = field(default_factory=list)
    ended: str | None = None
    ended_at: float | None = None

    def facts(self, after: int) -> dict[str, object]:
        """after: how many lines the page has."""
        return {
            "number": self.number,
            "name": self.name,
            "prediction": self.prediction,
            "by": self.by,
            "began_at": round(self.began_at, 3),
            "ended": self.ended,
            "lines": self.lines[max(0, after) :],
            "count": len(self.lines),
        }


class Experiments:
    """Runs them. All methods run on the supervisor's event loop. command: gets the name as its last argument."""

    def __init__(
        self,
        layout: Layout,
        command: Sequence[str] = (sys.executable, "-m", MODULE),
        left_seconds: float = LEFT_SECONDS,
    ) -> None:
        self._layout = layout
        self._command = command
        self._left_seconds = left_seconds
        self._run: Run | None = None
        self._task: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        self._seen = 0.0
        self._why = ""

    def start(self, name: str, prediction: str, by: str) -> int:
        """Starts one; returns its number. Raises Refused while another goes on."""
        if not NAME.fullmatch(name) or not PREDICTION.fullmatch(prediction):
            raise Refused("There is no such experiment.")
        if self._task is not None and not self._task.done():
            raise Refused("Another experiment goes on. Wait for its end, or stop it.")
        number = 1 if self._run is None else self._run.number + 1
        self._run = Run(number, name, prediction, by, time.time())
        self._wanted = asyncio.Event()
        self._seen = time.monotonic()
        self._task = asyncio.create_task(self._live(self._run), name=f"experiment {number}")
        return number

    def show(self, after: int) -> dict[str, object] | None:
        """The last one, with its lines after the first `after`; None if there was none. A page that asks watches it."""
        self._seen = time.monotonic()
        return None if self._run is None else self._run.facts(after)

    def stop(self, why: str) -> bool:
        """Ends it; False if none goes on."""
        if self._task is None or self._task.done():
            return False
        self._why = why
        self._wanted.set()
        return True

    async def close(self) -> None:
        """Ends it, and returns when nothing of it is left."""
        if self.stop("the platform stops") and self._task is not None:
            await asyncio.wait([self._task])

    async def _live(self, run: Run) -> None:
        try:
            run.ended = await self._carry_out(run)
        except OSError as error:
            run.ended = f"could not be started: {error}"
        finally:
            run.ended = run.ended or "was cut off"
            run.ended_at = time.time()

    async def _carry_out(self, run: Run) -> str:
        log = logfiles.open_for_append(self._layout.log("experiment"))
        try:
            process = await asyncio.create_subprocess_exec(
                *(*self._command, run.name),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=python() | self._environment(),
                limit=LONGEST_LINE,
                start_new_session=True,
                umask=UMASK,
            )
        finally:
            os.close(log)
        created = records.created(process.pid)
        if created is not None:
            record = records.Record("experiment", process.pid, created, RANK, signal.SIGTERM, STOP_SECONDS)
            records.save(self._layout.run, record)
        reading = asyncio.create_task(_read(process, run))
        try:
            why = await self._until_over(process, run)
        finally:
            await _end(process)
            await asyncio.wait([reading])
            records.forget(self._layout.run, "experiment")
            await asyncio.to_thread(_clear_place, run.lines)
        return why or ("done" if process.returncode == 0 else how_it_ended(process.returncode))

    def _environment(self) -> dict[str, str]:
        return {
            "PEDIDOS_STATE_DIR": str(self._layout.state_dir),
            "PEDIDOS_PORT_BASE": str(self._layout.port_base),
            os_environment.MARK: str(self._layout.state_dir),
        }

    async def _until_over(self, process: asyncio.subprocess.Process, run: Run) -> str:
        """Returns why it has to end; an empty text if it has ended."""
        exited = asyncio.create_task(process.wait())
        wanted = asyncio.create_task(self._wanted.wait())
        try:
            while not exited.done():
                await asyncio.wait([exited, wanted], timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
                if wanted.done():
                    return self._why
                if time.monotonic() - self._seen > self._left_seconds:
                    return "its page was left"
                if time.time() - run.began_at > MOST_SECONDS:
                    return "its time was up"
            return ""
        finally:
            exited.cancel()
            wanted.cancel()


async def _read(process: asyncio.subprocess.Process, run: Run) -> None:
    if process.stdout is None:
        return
    while True:
        try:
            line = await process.stdout.readline()
        except ValueError:  # longer than LONGEST_LINE
            continue
        if not line:
            return
        with suppress(ValueError):
            said = json.loads(line)
            if isinstance(said, dict) and len(run.lines) < MOST_LINES:
                run.lines.append(said)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Lets it clean up, and kills it if that takes too long."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            records.kill_group(process.pid)
            await process.wait()


def _clear_place(lines: list[Mapping[str, object]]) -> None:
    """Ends what a program that was killed left of a platform of its own."""
    place = next((line["place"] for line in lines if "place" in line), None)
    if not isinstance(place, str) or not Path(place).exists():
        return
    folder = Path(place)
    for _ in records.end_leftovers(folder / "run", folder):
        pass
    postgres.destroy(LocalSettings(state_dir=folder))
    shutil.rmtree(folder, ignore_errors=True)
