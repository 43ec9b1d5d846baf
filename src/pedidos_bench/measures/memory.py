"""Memory by role: with nothing to do, and under load."""

from pedidos_bench.cpu import memory_mib
from pedidos_bench.results import Run
from pedidos_bench.session import Session

PAUSE_SECONDS = 0.5
"""Between two readings under load: each takes the processes some milliseconds."""


def measure(session: Session, orders: int) -> Run:
    """MiB with nothing to do, and the most that was seen while so many orders were placed and worked on."""
    session.until_confirmed()
    idle = memory_mib(session.processes())
    busy = dict(idle)
    with session.loading(orders) as client:
        while not client.ends_within(PAUSE_SECONDS):
            now = memory_mib(session.processes())
            busy = {role: max(now[role], busy.get(role, 0.0)) for role in now}
        session.take(client.record())
    session.until_confirmed()
    figures = {"idle_mib": sum(idle.values()), "busy_mib": sum(busy.values())}
    figures |= {f"{role}_idle_mib": value for role, value in idle.items()}
    figures |= {f"{role}_busy_mib": value for role, value in busy.items()}
    return Run("memory", session.system, "", figures)
