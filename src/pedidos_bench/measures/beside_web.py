"""What the process web costs an order that no page looks at: end to end with it and without it."""

from collections.abc import Iterator

from pedidos_bench.measures import end_to_end
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos

SETTINGS = {"with web": frozenset[str](), "without web": frozenset({"web"})}
"""Which kinds of process do not run."""


def measure(servers: Servers, orders: int, rounds: int) -> Iterator[Run]:
    """Both settings in each round, each first in every second one."""
    for number in range(rounds):
        for setting in in_turn(number):
            with ours(servers, Pedidos(without=SETTINGS[setting])) as (session, _):
                yield from audited(session, [end_to_end.measure(session, orders, "beside_web", setting)])


def in_turn(number: int) -> list[str]:
    """The settings in the order of this round."""
    settings = list(SETTINGS)
    return settings if number % 2 == 0 else settings[::-1]
