"""Every measurement and every system that the benchmark knows."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from pedidos.bench.measures import end_to_end, low_load, memory
from pedidos.bench.results import Run
from pedidos.bench.session import Session
from pedidos.bench.sizes import Sizes
from pedidos.bench.system import Servers, System
from pedidos.bench.systems.pedidos import Pedidos, pedidos_https

Compared = Callable[[Session, Sizes, int], Run]
"""Takes a system that has warmed up, and how many orders it does in a round."""

Ours = Callable[[Servers, Sizes], Iterator[Run]]

COMPARED: Mapping[str, Compared] = {
    "end_to_end": lambda session, _, orders: end_to_end.measure(session, orders),
    "low_load": lambda session, sizes, _: low_load.measure(session, sizes.low_load_seconds),
    "memory": lambda session, _, orders: memory.measure(session, orders),
}
"""Measurements of every system."""

OURS: Mapping[str, Ours] = {}
"""Measurements of this platform alone."""

MEASURES = (*COMPARED, "floor", *OURS)


def systems() -> Sequence[System]:
    """Every system, in the order to show."""
    return [Pedidos(), pedidos_https()]
