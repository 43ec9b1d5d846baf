"""The board of what is broken on purpose: who holds each fault, and until when. It undoes what no owner holds."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from pedidos_local.child import StartFailed
from pedidos_local.faults import families
from pedidos_local.faults.acts import Interference, interference
from pedidos_local.faults.gateway import Silent, Simulator
from pedidos_local.faults.wish import Act, Wish
from pedidos_local.supervisor import Refused, Supervisor
from pedidos_local.supervisor_events import Journal

LOOK_SECONDS = 0.25
MOST_FAULTS = 12

TROUBLES = (Refused, Silent, StartFailed, OSError)


@dataclass(slots=True)
class Fault:
    """A fault on the board. until, lease_until: time.monotonic(). trouble: why it could not be undone yet."""

    number: int
    wish: Wish
    work: Interference
    began_at: float
    until: float
    lease_until: float
    trouble: str | None = None
    ending: bool = False
    keeper: asyncio.Task[None] | None = None

    def due(self, now: float) -> bool:
        return self.ending or now >= min(self.until, self.lease_until)

    def facts(self, now: float) -> dict[str, object]:
        """For those who look at the board. ends_in: seconds until it is undone, unless its owner renews it."""
        return {
            "number": self.number,
            "act": self.wish.act,
            "target": self.wish.target,
            "detail": dict(self.wish.detail),
            "instances": list(self.work.instances),
            "owner": self.wish.owner,
            "by": self.wish.by,
            "began_at": round(self.began_at, 3),
            "most_seconds": round(max(0.0, self.until - now), 1),
            "ends_in": round(max(0.0, min(self.until, self.lease_until) - now), 1),
            "ending": self.due(now),
            "trouble": self.trouble,
        }


class Board:
    """All methods run on the supervisor's event loop. clock: time.monotonic, or a test's."""

    def __init__(
        self,
        supervisor: Supervisor,
        simulator: Simulator | None,
        journal: Journal,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._supervisor = supervisor
        self._simulator = simulator
        self._journal = journal
        self._clock = clock
        self._numbers = count(1)
        self._faults: dict[int, Fault] = {}

    async def begin(self, wish: Wish) -> int:
        """Causes the fault; returns its number. Raises Refused, Silent, StartFailed: then what was begun is undone."""
        work = interference(wish, self._supervisor, self._simulator)
        if any((fault.wish.act, fault.wish.target) == (wish.act, wish.target) for fault in self._faults.values()):
            raise Refused(f"{wish.target}: {wish.act} is on already. Undo it first.")
        if len(self._faults) >= MOST_FAULTS:
            raise Refused(f"{MOST_FAULTS} faults are on already. Undo one first.")
        number, now = next(self._numbers), self._clock()
        # On the board before it is caused, so that what is half done is seen.
        fault = Fault(number, wish, work, time.time(), now + wish.seconds, now + wish.lease)
        self._faults[number] = fault
        try:
            await work.begin()
        except BaseException:
            fault.ending = True
            raise
        finally:
            fault.keeper = asyncio.create_task(self._keep(fault), name=f"keep fault {number}")
        self._journal.tell("broken", wish.target, detail=f"{wish.act}, asked for by {wish.by}")
        return number

    def renew(self, owner: str) -> int:
        """The owner is still there; returns how many faults it holds."""
        held = [fault for fault in self._faults.values() if fault.wish.owner == owner]
        for fault in held:
            fault.lease_until = self._clock() + fault.wish.lease
        return len(held)

    def undo(self, *, number: int | None = None, owner: str | None = None) -> int:
        """Ends one fault, those of an owner, or all; returns how many. They are undone a moment later."""
        chosen = [
            fault
            for fault in self._faults.values()
            if (number is None or fault.number == number) and (owner is None or fault.wish.owner == owner)
        ]
        for fault in chosen:
            fault.ending = True
        return len(chosen)

    async def facts(self) -> dict[str, object]:
        """The board, and every program as it is: what is broken by others shows too. gateway: None if it does not
        answer, or is not the simulator."""
        programs = self._supervisor.facts()
        for each in programs:
            pid = each["pid"]
            each["paused"] = families.is_stopped(pid) if isinstance(pid, int) else False
        gateway: dict[str, object] | None = None
        if self._simulator is not None:
            with suppress(Silent, Refused):
                gateway = await self._simulator.faults()
        now = self._clock()
        return {
            "faults": [fault.facts(now) for fault in self._faults.values()],
            "instances": programs,
            "gateway": gateway,
        }

    async def close(self) -> None:
        """Ends the watch over the faults, before the programs are stopped. Programs that are paused go on: they could
        not stop in order."""
        for fault in self._faults.values():
            if fault.keeper is not None:
                fault.keeper.cancel()
            if fault.wish.act is Act.PAUSE:
                await fault.work.undo()

    async def _keep(self, fault: Fault) -> None:
        """Undoes the fault when it is due, and takes it off the board when it has no effect any more."""
        while True:
            try:
                if fault.due(self._clock()):
                    await fault.work.undo()
                if not await fault.work.holds():
                    break
                fault.trouble = None
            except TROUBLES as trouble:  # it stays on the board, and the next round tries again
                fault.trouble = str(trouble)
            await asyncio.sleep(LOOK_SECONDS)
        del self._faults[fault.number]
        self._journal.tell("mended", fault.wish.target, detail=f"{fault.wish.act} is over")
