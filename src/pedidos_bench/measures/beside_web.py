"""What the process web costs an order that no page looks at: end to end with it and without it."""

from collections.abc import Iterator

from pedidos_bench.measures import end_to_end
from pedidos_bench.measures.side_by_side import side_by_side, turns
from pedidos_bench.measures.started import audited
from pedidos_bench.results import Run
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos

SETTINGS = {"with web": frozenset[str](), "without web": frozenset({"web"})}
"""Which kinds of process do not run."""


def measure(servers: Servers, orders: int, rounds: int) -> Iterator[Run]:
    """Both settings in each round, each first in every second one."""
    systems = {setting: Pedidos(without=without) for setting, without in SETTINGS.items()}
    with side_by_side(servers, systems) as sessions:
        runs: dict[str, list[Run]] = {setting: [] for setting in sessions}
        for number in range(rounds):
            for setting in turns(list(sessions), number):
                runs[setting].append(end_to_end.measure(sessions[setting], orders, "beside_web", setting))
        for setting, session in sessions.items():
            yield from audited(session, runs[setting])
