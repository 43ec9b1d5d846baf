"""What may be broken on a running platform, and for how long: the check of a request for a fault."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from pedidos_gateway.faults import parse_faults
from pedidos_local.supervisor import Refused


class Act(StrEnum):
    KILL = "kill"
    """SIGKILL to a process and its children. The supervisor starts it again."""
    PAUSE = "pause"
    """SIGSTOP, and SIGCONT at the end. The supervisor replaces a process that is silent for too long."""
    HALT = "halt"
    """SIGKILL, and no new start until the end."""
    SCALE = "scale"
    """Another number of instances, and the earlier one at the end."""
    GATEWAY = "gateway"
    """The payment gateway simulator misbehaves (pedidos_gateway/faults.py)."""


MOST_SECONDS = 300.0
LEASE_SECONDS = 20.0
LONGEST_LEASE = 60.0
"""How long a fault stays without a sign of life of its owner."""

MOST_INSTANCES = 6
"""Of a kind: they share one machine."""

_STEPS = frozenset({"relay", "bridge", "notifier", "worker", "scheduler", "live", "api", "gateway"})
_UNDER_THE_PAGES = frozenset({"postgres", "web", "edge"})
_ALLOWED: Mapping[Act, frozenset[str]] = MappingProxyType(
    {
        Act.KILL: _STEPS | {"kafka", "valkey"} | _UNDER_THE_PAGES,
        Act.PAUSE: _STEPS | {"kafka", "valkey"},
        Act.HALT: _STEPS | {"kafka", "valkey"},
        Act.SCALE: frozenset({"relay", "bridge", "notifier", "worker", "live", "api"}),
        Act.GATEWAY: frozenset({"gateway"}),
    }
)
"""Kinds of program. Without those under the pages, no one would see what is broken: they are back at once."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A fault to cause. target: a program, or a kind for all of its programs. detail: count for SCALE, the simulator's
    faults for GATEWAY. seconds: it ends at the latest after these. owner: who renews it; without a renewal it ends
    after `lease` seconds. by: the person who asked, as text."""

    act: Act
    target: str
    seconds: float
    owner: str
    by: str
    detail: Mapping[str, object] = field(default_factory=dict)
    lease: float = LEASE_SECONDS

    @property
    def count(self) -> int:
        """For SCALE."""
        count = self.detail.get("count")
        return count if isinstance(count, int) else 0


def parsed(request: Mapping[str, object]) -> Wish:
    """The wish of a request. Raises Refused."""
    try:
        act = Act(str(request.get("act")))
    except ValueError:
        raise Refused(f"An act is one of: {', '.join(Act)}.") from None
    seconds = _seconds(request, "seconds", MOST_SECONDS)
    lease = _seconds(request, "lease", LONGEST_LEASE)
    target, owner, by = (_text(request, name) for name in ("target", "owner", "by"))
    detail = request.get("detail", {})
    if not isinstance(detail, dict):
        raise Refused("The detail of a fault is an object.")
    wish = Wish(act, target, seconds, owner, by, detail, lease)
    _check_detail(wish)
    return wish


def check_kind(act: Act, kind: str) -> None:
    """Raises Refused if the act is not possible with this kind of program."""
    if kind not in _ALLOWED[act]:
        raise Refused(f"{kind}: {act} is not possible. It is with: {', '.join(sorted(_ALLOWED[act]))}.")


def kinds_of(act: Act) -> frozenset[str]:
    """The kinds of program with which the act is possible."""
    return _ALLOWED[act]


def _check_detail(wish: Wish) -> None:
    if wish.act is Act.GATEWAY:
        try:
            parse_faults(dict(wish.detail))
        except ValueError as error:
            raise Refused(f"The gateway cannot do that: {error}.") from None
        return
    expected = {"count"} if wish.act is Act.SCALE else set()
    if wish.detail.keys() != expected:
        raise Refused(f"The detail of {wish.act} is {'a count' if expected else 'empty'}.")
    count = wish.detail.get("count", 0)
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MOST_INSTANCES:
        raise Refused(f"There can be 0 to {MOST_INSTANCES} of a kind.")


def _seconds(request: Mapping[str, object], name: str, most: float) -> float:
    value = request.get(name, LEASE_SECONDS)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
        raise Refused(f"{name} is a number of seconds, at most {most:.0f}.")
    return float(value)


def _text(request: Mapping[str, object], name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 200:
        raise Refused(f"{name} is a text of 1 to 200 characters.")
    return value
