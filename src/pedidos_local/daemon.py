"""The supervisor process: one per state folder, controlled through its control port."""

import asyncio
import fcntl
import json
import os
import signal
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import IO, Any

from pedidos_local import control, local_socket, records
from pedidos_local import supervisor_words as words
from pedidos_local.child import StartFailed
from pedidos_local.control import Message
from pedidos_local.credentials import write_private
from pedidos_local.faults.board import Board
from pedidos_local.faults.desk import Desk
from pedidos_local.faults.experiment import Experiments
from pedidos_local.faults.gateway import Simulator
from pedidos_local.layout import Layout
from pedidos_local.supervisor import Kind, Supervisor
from pedidos_local.supervisor_events import Journal

FAREWELL_SECONDS = 10.0
"""How long the supervisor of a platform that could not start waits for the command that started it to ask for the
reason."""


class AlreadyRunning(Exception):
    """Another supervisor serves this state folder."""


def lock(layout: Layout) -> IO[str]:
    """A lock that is held until this process ends, however it ends. Raises AlreadyRunning."""
    file = layout.lock_file.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise AlreadyRunning(words.RUNS_ALREADY.filled(folder=layout.state_dir)) from None
    return file


def tell_who_i_am(layout: Layout) -> None:
    """Writes pid and creation time to disk, for the command that must end a supervisor that does not answer."""
    who = {"pid": os.getpid(), "created": records.created(os.getpid())}
    write_private(layout.supervisor_file, json.dumps(who))


class Daemon:
    """plan creates the kinds, in a thread, after leftovers have been removed; it raises what prevents a start (a port
    is taken). simulator: the payment gateway's, None if it is external. desk: answers requests for faults."""

    def __init__(
        self,
        layout: Layout,
        plan: Callable[[], Sequence[Kind]],
        external: dict[str, str],
        simulator: Simulator | None = None,
    ) -> None:
        self._layout = layout
        self._plan = plan
        self._external = external
        self._simulator = simulator
        self._journal = Journal()
        self._supervisor: Supervisor | None = None
        self._board: Board | None = None
        self._experiments = Experiments(layout)
        self.desk = Desk(lambda: self._board, self._experiments)
        self._wanted_down = asyncio.Event()
        self._followed = asyncio.Event()
        self._operations: set[asyncio.Task[None]] = set()

    async def run(self) -> bool:
        """Starts the platform, keeps it running until told to stop, and stops it. Returns False if it could not be
        started."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._wanted_down.set)
        starting = asyncio.create_task(self._start())
        wanted_down = asyncio.create_task(self._wanted_down.wait())
        await asyncio.wait([starting, wanted_down], return_when=asyncio.FIRST_COMPLETED)
        failed = starting.done() and not starting.cancelled() and starting.exception()
        if failed:
            self._tell_of(failed)
        else:
            await wanted_down
        await self._stop(starting, farewell_seconds=FAREWELL_SECONDS if failed else 0.0)
        return not failed

    async def handle(self, request: Message) -> AsyncIterator[Message]:
        """Answers one request of the command line."""
        match request:
            case {"do": "status"}:
                yield await self._status()
            case {"do": "follow", "owner": owner}:
                async for happening in self._follow(str(owner)):
                    yield happening
            case {"do": "stop"}:
                self._wanted_down.set()
                async for happening in self._journal.listen(past=False):
                    yield happening
                yield {"done": True}
            case {"do": "restart", "name": name} if self._supervisor:
                async for message in self._operate(self._supervisor.restart(str(name))):
                    yield message
            case {"do": "scale", "counts": dict(counts)} if self._supervisor:
                wanted = {str(kind): int(count) for kind, count in counts.items()}
                async for message in self._operate(self._supervisor.scale(wanted)):
                    yield message
            case _:
                yield {"error": "The supervisor cannot do that, or not yet."}

    async def _start(self) -> None:
        leftovers = await asyncio.to_thread(
            lambda: list(records.end_leftovers(self._layout.run, self._layout.state_dir))
        )
        for name in leftovers:
            self._journal.tell("leftover", name, detail=words.OF_AN_EARLIER_RUN)
        for target in self._layout.targets.iterdir():  # an earlier run may have had more processes
            target.unlink()
        self._supervisor = Supervisor(await asyncio.to_thread(self._plan), self._layout, self._journal)
        await self._supervisor.start()
        self._board = Board(self._supervisor, self._simulator, self._journal)

    async def _stop(self, starting: asyncio.Task[None], farewell_seconds: float) -> None:
        pending = [starting, *self._operations]
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        await self._experiments.close()
        if self._board is not None:
            await self._board.close()
            self._board = None
        if self._supervisor is not None:
            await self._supervisor.stop()
        self._journal.tell("down", "platform")
        await self._until_followed(farewell_seconds)
        self._journal.close()

    async def _until_followed(self, seconds: float) -> None:
        """Waits for `up` to listen: a start can fail before that, and `up` must still get the reason."""
        heard = [asyncio.create_task(event.wait()) for event in (self._followed, self._wanted_down)]
        await asyncio.wait(heard, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in heard:
            task.cancel()

    async def _status(self) -> Message:
        supervisor = self._supervisor
        answers = await supervisor.responsive() if supervisor else {}
        processes = supervisor.facts() if supervisor else []
        for facts in processes:
            facts["responsive"] = answers.get(str(facts["name"]))
        return {
            "done": True,
            "ready": supervisor is not None and supervisor.ready,
            "pid": os.getpid(),
            "external": self._external,
            "processes": processes,
        }

    async def _follow(self, owner: str) -> AsyncIterator[Message]:
        """owner: whether the platform ends with the listener: "always", "until ready" or "never"."""
        self._followed.set()
        try:
            async for happening in self._journal.listen(past=True):
                yield happening
        finally:
            ready = self._supervisor is not None and self._supervisor.ready
            if owner == "always" or (owner == "until ready" and not ready):
                self._wanted_down.set()
        yield {"done": True}

    async def _operate(self, work: Coroutine[Any, Any, None]) -> AsyncIterator[Message]:
        """Does the work, and finishes it even if the client disconnects."""
        task = asyncio.create_task(work)
        self._operations.add(task)
        task.add_done_callback(self._operations.discard)
        async for happening in self._journal.listen(past=False, until=task):
            yield happening
        try:
            await asyncio.shield(task)
        except StartFailed as failure:
            yield {"error": str(failure), "log": failure.log}
        except Exception as problem:  # noqa: BLE001  # any error of a component goes to the client
            yield {"error": str(problem) or type(problem).__name__}
        else:
            yield {"done": True}

    def _tell_of(self, failure: BaseException) -> None:
        for leaf in _leaves(failure):
            if isinstance(leaf, StartFailed):
                self._journal.tell("failed", leaf.name, detail=leaf.reason, log=leaf.log, remedy=leaf.remedy)
            else:
                with suppress(OSError):  # the disk may be full
                    traceback.print_exception(leaf)  # to the supervisor's own log
                self._journal.tell("failed", "supervisor", detail=str(leaf) or type(leaf).__name__)


def _leaves(failure: BaseException) -> list[BaseException]:
    if isinstance(failure, BaseExceptionGroup):
        return [leaf for inner in failure.exceptions for leaf in _leaves(inner)]
    return [failure]


async def serve(
    daemon: Daemon, port: int, token: str, listening: Callable[[], None], socket: Path | None = None
) -> bool:
    """Runs a daemon with its control port; calls listening once that is open. socket: where its desk is, if anybody may
    ask it. Raises OSError if the port is taken."""
    server = await control.serve(port, token, daemon.handle)
    try:
        async with AsyncExitStack() as open_sockets:
            if socket is not None:
                await open_sockets.enter_async_context(local_socket.serving(socket, daemon.desk.handle))
            listening()
            return await daemon.run()
    finally:
        server.close()
        conversations = asyncio.all_tasks() - {asyncio.current_task()}
        if conversations:  # give the last messages time to reach the listeners
            await asyncio.wait(conversations, timeout=1.0)
