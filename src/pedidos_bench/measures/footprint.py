"""What the whole platform takes without orders: memory, CPU, and the time of a start."""

import time
from collections.abc import Callable, Iterator, Mapping

from pedidos_bench.cpu import memory_mib, spent
from pedidos_bench.measures.beside_web import SETTINGS
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos
from pedidos_bench.whole_platform import whole_platform

AFTER_START_SECONDS = 60.0
"""After its start, PostgreSQL and Kafka still tidy up for a while."""


def measure(servers: Servers, seconds: float) -> Iterator[Run]:
    """The platform as `pedidos up` starts it for the second time, a minute after its start; then with and without web.

    Raises whole_platform.NotUp.
    """
    with whole_platform() as platform:
        first = platform.up()
        platform.down()
        again = platform.up()
        time.sleep(AFTER_START_SECONDS)
        figures = _idle(platform.cpu, platform.memory, seconds)
        yield Run(
            "footprint",
            "pedidos",
            "as started",
            {"first_start_seconds": first, "warm_start_seconds": again, **figures},
        )
    for setting, without in SETTINGS.items():
        with ours(servers, Pedidos(edge=True, simulator=True, without=without)) as (session, _):
            session.until_confirmed()
            time.sleep(AFTER_START_SECONDS)
            figures = _idle(session.cpu, lambda: memory_mib(session.processes()), seconds)
            yield from audited(session, [Run("footprint", session.system, setting, figures)])


def _idle(
    cpu: Callable[[], Mapping[str, float]], memory: Callable[[], Mapping[str, float]], seconds: float
) -> dict[str, float]:
    """MiB now, and CPU as a percentage of a core in the next seconds: of all, and of each kind of process."""
    taken = memory()
    began, before = time.monotonic(), cpu()
    time.sleep(seconds)
    took = time.monotonic() - began
    used = {role: value / took * 100 for role, value in spent(before, cpu()).items()}
    figures = {"idle_mib": sum(taken.values()), "idle_cpu_percent": sum(used.values())}
    figures |= {f"{role}_idle_mib": value for role, value in taken.items()}
    return figures | {f"{role}_idle_cpu_percent": value for role, value in used.items()}
