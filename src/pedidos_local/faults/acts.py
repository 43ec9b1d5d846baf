"""How each fault is caused, whether it still has an effect, and how it is undone."""

import asyncio
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pedidos_local.child import StartFailed, State
from pedidos_local.faults import families
from pedidos_local.faults.gateway import NO_FAULTS, Silent, Simulator
from pedidos_local.faults.wish import Act, Wish, check_kind
from pedidos_local.supervisor import Refused, Supervisor

STOP_SECONDS = 5.0
LOOK_SECONDS = 0.02


class Interference(Protocol):
    """One fault."""

    @property
    def instances(self) -> Sequence[str]:
        """The programs that it concerns."""

    async def begin(self) -> None:
        """Causes the fault. Raises Refused, Silent, StartFailed."""

    async def holds(self) -> bool:
        """Whether something is still not as it was, seen from the thing itself and not from memory."""

    async def undo(self) -> None:
        """Undoes it; can be repeated. Raises Refused, Silent, StartFailed."""


def interference(wish: Wish, supervisor: Supervisor, simulator: Simulator | None) -> Interference:
    """The fault of a wish, not begun. Raises Refused."""
    facts = [each for each in supervisor.facts() if wish.target in (each["name"], each["kind"])]
    if not facts and not (wish.act is Act.SCALE and wish.target in supervisor.kinds):
        raise Refused(f"There is no process {wish.target}.")
    for kind in {str(each["kind"]) for each in facts} or {wish.target}:
        check_kind(wish.act, kind)
    names = [str(each["name"]) for each in facts]
    match wish.act:
        case Act.KILL:
            return Killed(names, supervisor)
        case Act.PAUSE:
            return Paused(names, supervisor)
        case Act.HALT:
            return Halted(names, supervisor)
        case Act.SCALE:
            return Scaled(wish.target, wish.count, supervisor)
        case Act.GATEWAY:
            if simulator is None:
                raise Refused("The payment gateway is not the simulator of this platform.")
            return Misbehaving(names, wish.detail, simulator)


@dataclass(slots=True)
class Killed:
    """Over when every program that was killed runs again."""

    instances: Sequence[str]
    supervisor: Supervisor
    before: dict[str, object] = field(default_factory=dict)

    async def begin(self) -> None:
        facts = _by_name(self.supervisor)
        self.before = {name: facts[name]["pid"] for name in self.instances if facts[name]["state"] == State.RUNNING}
        if not self.before:
            raise Refused(f"{', '.join(self.instances)}: not running, so there is nothing to kill.")
        for name in self.before:
            families.send(families.members(_pid(facts[name])), signal.SIGKILL)

    async def holds(self) -> bool:
        facts = _by_name(self.supervisor)
        return any(
            name in facts and (facts[name]["pid"] == pid or facts[name]["state"] != State.RUNNING)
            for name, pid in self.before.items()
        )

    async def undo(self) -> None:
        """The supervisor does."""


@dataclass(slots=True)
class Paused:
    """Over when none of the processes that were stopped is stopped or alive as such any more."""

    instances: Sequence[str]
    supervisor: Supervisor
    members: list[families.Member] = field(default_factory=list)

    async def begin(self) -> None:
        facts = _by_name(self.supervisor)
        self.members = [each for name in self.instances for each in families.members(_pid(facts[name]))]
        if not self.members:
            raise Refused(f"{', '.join(self.instances)}: not running, so there is nothing to pause.")
        families.send(self.members, signal.SIGSTOP)
        deadline = time.monotonic() + STOP_SECONDS
        while not families.all_stopped(self.members):  # the signal takes effect a moment later
            if time.monotonic() > deadline:
                raise Refused(f"{', '.join(self.instances)}: not paused within {STOP_SECONDS:.0f} s.")
            await asyncio.sleep(LOOK_SECONDS)

    async def holds(self) -> bool:
        return families.stopped(self.members)

    async def undo(self) -> None:
        families.send(self.members, signal.SIGCONT)


@dataclass(slots=True)
class Halted:
    """Over when each program runs, or starts, again."""

    instances: Sequence[str]
    supervisor: Supervisor

    async def begin(self) -> None:
        facts = _by_name(self.supervisor)
        for name in self.instances:
            families.send(families.members(_pid(facts[name])), signal.SIGKILL)
        for name in self.instances:
            await self.supervisor.halt(name)

    async def holds(self) -> bool:
        return bool(self._halted())

    async def undo(self) -> None:
        failure: StartFailed | None = None
        for name in self._halted():
            try:
                await self.supervisor.resume(name)
            except StartFailed as failed:  # its attempts continue; the others must start too
                failure = failed
        if failure is not None:
            raise failure

    def _halted(self) -> list[str]:
        facts = _by_name(self.supervisor)
        return [name for name in self.instances if name in facts and facts[name]["state"] == State.STOPPED]


@dataclass(slots=True)
class Scaled:
    """Over when the number is another one than the wish's: the earlier one, or one that somebody chose meanwhile."""

    kind: str
    count: int
    supervisor: Supervisor
    before: int = 0

    @property
    def instances(self) -> Sequence[str]:
        return [str(each["name"]) for each in self.supervisor.facts() if each["kind"] == self.kind]

    async def begin(self) -> None:
        self.before = len(self.instances)
        if self.before == self.count:
            raise Refused(f"There are already {self.count} of {self.kind}.")
        await self.supervisor.scale({self.kind: self.count})

    async def holds(self) -> bool:
        return self.before != self.count and len(self.instances) == self.count

    async def undo(self) -> None:
        await self.supervisor.scale({self.kind: self.before})


@dataclass(slots=True)
class Misbehaving:
    """Over when the simulator says that it has no faults. One that does not answer is not over."""

    instances: Sequence[str]
    faults: Mapping[str, object]
    simulator: Simulator

    async def begin(self) -> None:
        await self.simulator.set(self.faults)
        if not await self.holds():
            raise Refused("These faults of the gateway change nothing.")

    async def holds(self) -> bool:
        try:
            return await self.simulator.faults() != NO_FAULTS
        except Silent:
            return True

    async def undo(self) -> None:
        await self.simulator.set({})


def _by_name(supervisor: Supervisor) -> dict[str, dict[str, object]]:
    return {str(each["name"]): each for each in supervisor.facts()}


def _pid(facts: Mapping[str, object]) -> int | None:
    pid = facts["pid"]
    return pid if isinstance(pid, int) else None
