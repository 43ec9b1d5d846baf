"""Memory by role: idle and under load."""

from pedidos_bench.cpu import memory_mib
from pedidos_bench.results import Run
from pedidos_bench.session import Session

PAUSE_SECONDS = 0.5
"""Pause between two readings under load: each reading costs the processes some milliseconds."""


def measure(session: Session, orders: int) -> Run:
    """Measures MiB while idle, and the maximum while these orders are placed and processed."""
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
