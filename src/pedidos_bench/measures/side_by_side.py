"""Platforms that differ in one thing, all of them started at the same time, each on servers of its own.

Within minutes, the speed of a machine changes by more than what such a difference costs. Between two short runs, one
after the other, it changes little.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from pedidos_bench.measures.started import ours
from pedidos_bench.servers import more
from pedidos_bench.session import Session
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos


@contextmanager
def side_by_side(servers: Servers, systems: Mapping[str, Pedidos]) -> Iterator[Mapping[str, Session]]:
    """Setting → its platform, warmed up and idle. The first one uses these servers."""
    with ExitStack() as stack:
        sessions: dict[str, Session] = {}
        for setting, system in systems.items():
            own = stack.enter_context(more()) if sessions else servers
            sessions[setting], _ = stack.enter_context(ours(own, system))
        yield sessions


def turns(settings: Sequence[str], number: int) -> list[str]:
    """The settings in the order of this round: each comes first in its turn, so that what changes meanwhile, such as
    the machine's temperature, favours none of them."""
    first = number % len(settings)
    return [*settings[first:], *settings[:first]]
