"""Breaks things on the running local platform, and says what is broken: the supervisor does both.

Every fault has an owner and an end. The supervisor undoes it when its time is over, when its owner has not renewed it
for LEASE_SECONDS, or when it is told to, whatever becomes of the process that asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pedidos.errors import PedidosError
from pedidos_local import local_socket
from pedidos_local.control import Message, Unreachable
from pedidos_local.faults.wish import LEASE_SECONDS, Act
from pedidos_local.layout import Layout

__all__ = ["LEASE_SECONDS", "Act", "Board", "Control", "Fault", "Instance", "NotPossible", "Unreachable"]

ANSWER_SECONDS = 5.0
WORK_SECONDS = 90.0
"""Longest wait until a fault is caused: scaling starts processes."""


class NotPossible(PedidosError):
    """The supervisor refuses the fault, or could not cause it. The message says why."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A program of the platform. state: the supervisor's (starting, running, waiting, stopping, stopped). paused: it is
    stopped by SIGSTOP. up_since: seconds since 1970, None while it does not run."""

    name: str
    kind: str
    state: str
    pid: int | None
    up_since: float | None
    restarts: int
    last_exit: str | None
    paused: bool

    @property
    def works(self) -> bool:
        return self.state == "running" and not self.paused


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is broken on purpose. instances: the programs that it concerns.

    ends_in: seconds until it is undone unless its owner renews it. most_seconds: until it is undone in any case.
    trouble: why it could not be undone yet.
    """

    number: int
    act: Act
    target: str
    detail: Mapping[str, Any]
    instances: tuple[str, ...]
    owner: str
    by: str
    began_at: float
    ends_in: float
    most_seconds: float
    ending: bool
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Board:
    """What is broken now. instances: all programs as they are. gateway: what is set at the payment gateway simulator;
    None if it does not answer."""

    faults: tuple[Fault, ...]
    instances: tuple[Instance, ...]
    gateway: Mapping[str, Any] | None

    def of_kind(self, kind: str) -> list[Instance]:
        return [each for each in self.instances if each.kind == kind]

    def not_working(self) -> list[Instance]:
        """Programs that do not work, no matter who broke them."""
        return [each for each in self.instances if not each.works]


@dataclass(frozen=True, slots=True)
class Control:
    """socket: where the supervisor takes requests. owner: who holds the faults of this object. by: the person, as
    text. lease_seconds: how long a fault stays without renew()."""

    socket: Path
    owner: str
    by: str
    lease_seconds: float = LEASE_SECONDS

    @classmethod
    def at(cls, state_dir: Path, owner: str, by: str, lease_seconds: float = LEASE_SECONDS) -> "Control":
        """The control of the platform in this state folder."""
        return cls(Layout(state_dir.expanduser().resolve(), 0).classroom_socket, owner, by, lease_seconds)

    def board(self) -> Board:
        """What is broken, and how every program is. Raises Unreachable, NotPossible."""
        shown: Any = self._ask({"do": "show"}, ANSWER_SECONDS)
        return Board(
            tuple(_fault(each) for each in shown["faults"]),
            tuple(_instance(each) for each in shown["instances"]),
            shown["gateway"],
        )

    def kill(self, target: str) -> int:
        """SIGKILL to a program (worker-1) or all of a kind (worker), with its children. The supervisor starts it again.
        Returns the fault's number, as the others do. Raises Unreachable, NotPossible, as the others do."""
        return self.cause(Act.KILL, target, LEASE_SECONDS)

    def pause(self, target: str, seconds: float) -> int:
        """SIGSTOP, and SIGCONT after these seconds."""
        return self.cause(Act.PAUSE, target, seconds)

    def halt(self, target: str, seconds: float) -> int:
        """SIGKILL, and no new start for these seconds: relay, bridge, worker, scheduler, live, api, gateway, kafka,
        valkey."""
        return self.cause(Act.HALT, target, seconds)

    def scale(self, kind: str, count: int, seconds: float) -> int:
        """This many of a kind for these seconds. Returns when they run."""
        return self.cause(Act.SCALE, kind, seconds, {"count": count})

    def gateway(self, seconds: float, **faults: object) -> int:
        """latency_ms, error_rate, nonsense_rate, down: pedidos_gateway/faults.py says what they do."""
        return self.cause(Act.GATEWAY, "gateway", seconds, faults)

    def cause(self, act: Act, target: str, seconds: float, detail: Mapping[str, object] | None = None) -> int:
        """Any of the acts."""
        wish: Message = {"act": act, "target": target, "seconds": seconds, "detail": dict(detail or {})}
        wish["lease"] = self.lease_seconds
        answer = self._ask({"do": "break", **wish, "owner": self.owner, "by": self.by}, WORK_SECONDS)
        return int(str(answer["number"]))

    def renew(self) -> int:
        """Says that the owner is still there; returns how many faults it holds. Call it every few seconds."""
        return int(str(self._ask({"do": "renew", "owner": self.owner}, ANSWER_SECONDS)["held"]))

    def undo(self, number: int) -> bool:
        """Ends one fault, no matter who owns it; it is undone a moment later. False if there is none of this number."""
        return self._ask({"do": "undo", "number": number}, ANSWER_SECONDS)["ending"] == 1

    def undo_own(self) -> int:
        """Ends all faults of this owner; returns how many."""
        return int(str(self._ask({"do": "undo", "owner": self.owner}, ANSWER_SECONDS)["ending"]))

    def undo_all(self) -> int:
        """Ends all faults; returns how many."""
        return int(str(self._ask({"do": "undo"}, ANSWER_SECONDS)["ending"]))

    def start(self, name: str, prediction: str) -> int:
        """Starts an experiment of experiments/catalogue.py, on behalf of the person; returns its number."""
        request: Message = {"do": "experiment", "name": name, "prediction": prediction, "by": self.by}
        return int(str(self._ask(request, ANSWER_SECONDS)["number"]))

    def watch(self, after: int = 0) -> Mapping[str, Any] | None:
        """The last experiment (number, name, prediction, by, began_at, ended, count), with its lines after the first
        `after`; None if there was none. It ends when no one has watched it for half a minute."""
        run: Any = self._ask({"do": "watch", "after": after}, ANSWER_SECONDS)["run"]
        return None if run is None else dict(run)

    def end(self) -> bool:
        """Ends the experiment; False if none goes on."""
        return bool(self._ask({"do": "end"}, ANSWER_SECONDS)["ending"])

    def _ask(self, request: Message, seconds: float) -> Message:
        answer = next(iter(local_socket.ask(self.socket, request, seconds)))
        if "error" in answer:
            raise NotPossible(str(answer["error"]))
        return answer


def _fault(shown: Mapping[str, Any]) -> Fault:
    return Fault(**{**shown, "act": Act(shown["act"]), "instances": tuple(shown["instances"])})


def _instance(shown: Mapping[str, Any]) -> Instance:
    return Instance(**shown)
