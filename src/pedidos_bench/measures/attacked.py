"""Orders during an attack, beside orders without one in the same run."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from pedidos_bench.attacks.aim import Aim
from pedidos_bench.attacks.attacking import attacking
from pedidos_bench.attacks.table import ATTACKS
from pedidos_bench.cpu import memory_mib
from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.job import Record
from pedidos_bench.measures.end_to_end import accept_ms
from pedidos_bench.measures.started import ours
from pedidos_bench.results import Run
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos, PedidosTarget
from pedidos_local import ports

RATE = 20.0
"""Orders per second."""

LOOK_SECONDS = 0.25


def measure(servers: Servers, name: str, seconds: float) -> Run:
    """Places 20 orders per second through the edge, for `seconds` without the attack, then for `seconds` during it.

    Raises attacking.AttackFailed.
    """
    attack = ATTACKS[name]
    with ours(servers, Pedidos("pedidos-https", https=True, changes=attack.changes)) as (session, target):
        orders = round(RATE * seconds)
        alone = session.place(orders, rate=RATE)
        session.until_confirmed()
        with attacking(name, aim(target)), _watched(target) as memory, session.loading(orders, rate=RATE) as client:
            during = client.record()
        # Not through session.take(): an order that is not accepted is a result here, and no finding.
        session.accepted += [placed.order_id for placed in during.placed if placed.order_id is not None]
        session.until_confirmed()
        figures = {**_figures("alone", alone), **_figures("attacked", during)}
        figures |= {f"{role}_mib": value for role, value in memory.items()}
        told = {"accept, alone": quantiles(accept_ms(alone)), "accept, attacked": quantiles(accept_ms(during) or [0.0])}
        # Without an answer, an order may be stored or not, which the audit cannot know.
        findings = [] if figures["refused_attacked"] else session.findings()
        return Run("attacked", session.system, name, figures, quantiles=told, findings=findings)


def _figures(when: str, record: Record) -> dict[str, float]:
    accepted = accept_ms(record)
    times = {f"{share}_{when}_ms": percentile(accepted, at) for share, at in (("p50", 0.5), ("p99", 0.99)) if accepted}
    return {**times, f"refused_{when}": float(len(record.placed) - len(accepted))}


def aim(target: PedidosTarget) -> Aim:
    """The edge of this platform, as an attack's aim."""
    address = urlsplit(target.url)
    assert address.port is not None  # noqa: S101  # every local platform has one
    return Aim(
        host=address.hostname or "",
        port=address.port,
        ca_file=str(target.ca_file),
        api_port=address.port + ports.OF_KIND["api"][0],
        tokens=target.tokens,
        bodies=[body.decode() for body in target.bodies],
    )


@contextmanager
def _watched(target: PedidosTarget) -> Iterator[dict[str, float]]:
    """Yields the most MiB of the edge and of the api inside the context."""
    roots = {role: pids for role, pids in target.processes().items() if role in {"edge", "api"}}
    most: dict[str, float] = {}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(LOOK_SECONDS):
            for role, value in memory_mib(roots).items():
                most[role] = max(value, most.get(role, 0.0))

    watching = threading.Thread(target=watch, name="memory")
    watching.start()
    try:
        yield most
    finally:
        over.set()
        watching.join()
