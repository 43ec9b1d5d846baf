"""The cost of the platform without orders and without watchers, with many events in the log."""

import time
from collections.abc import Iterator, Sequence

from pedidos.domain.order import PATH
from pedidos_bench.cpu import spent
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos

SETTLE_SECONDS = 15.0
"""Pause after the warm-up, in which the live process stops reading and PostgreSQL finishes its housekeeping."""

MOST_WHOLE_ORDERS = 1_000_000
"""With more orders than this, only their events and the orders themselves are written."""


def measure(servers: Servers, stored: Sequence[int], seconds: float) -> Iterator[Run]:
    """Measures the CPU of all processes for `seconds`, with each of these numbers of orders in the tables. Each has six
    events."""
    for number in stored:
        with ours(servers, Pedidos(stored=number, events_alone=number > MOST_WHOLE_ORDERS)) as (session, _):
            session.until_confirmed()
            time.sleep(SETTLE_SECONDS)
            began, before = time.monotonic(), session.cpu()
            time.sleep(seconds)
            took = time.monotonic() - began
            used = {role: cpu / took * 100 for role, cpu in spent(before, session.cpu()).items()}
            figures = {"idle_cpu_percent": sum(used.values())}
            figures |= {f"{role}_idle_cpu_percent": value for role, value in used.items()}
            yield from audited(session, [Run("idle", session.system, f"{number * len(PATH)} events", figures)])
