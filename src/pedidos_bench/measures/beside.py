"""Accepting orders beside other work for the same servers: how much it delays them, against none of it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from pedidos_bench.attacks.attacking import attacking
from pedidos_bench.attacks.table import ATTACKS
from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.measures.attacked import aim
from pedidos_bench.measures.end_to_end import accept_ms
from pedidos_bench.measures.listed import reading
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.session import Session
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos

LARGE_LIST = "/v1/orders?limit=100"
HASHING = "hashing"
TURNS = 3

Work = Callable[[], AbstractContextManager[object]]


def measure(servers: Servers, stored: int, readers: int, rate: float, seconds: float) -> Iterator[Run]:
    """Accepts orders at the same rate without and with each kind of other work, in turns on one platform, three times
    `seconds` each.

    "large lists": `readers` customers continuously list their orders, a hundred in a page, with `stored` orders in the
    tables. "hashing": 20 sign-ins and 20 registrations at a time through the edge, each of which hashes a password.
    They come as from many addresses, so that no limit of an address stops them; the limits of the process do.
    """
    with ours(servers, Pedidos(stored=stored)) as (session, target):
        run = _compared(session, "large lists", lambda: reading(target, readers, LARGE_LIST), rate, seconds)
        yield from audited(session, [run])
    changes = ATTACKS[HASHING].changes
    with ours(servers, Pedidos("pedidos-https", https=True, changes=changes)) as (session, target):
        run = _compared(session, HASHING, lambda: attacking(HASHING, aim(target)), rate, seconds)
        yield from audited(session, [run])


def _compared(session: Session, setting: str, work: Work, rate: float, seconds: float) -> Run:
    orders = round(rate * seconds)
    alone: list[float] = []
    beside: list[float] = []
    for _ in range(TURNS):
        alone += accept_ms(session.place(orders, rate=rate))
        session.until_confirmed()
        with work():
            beside += accept_ms(session.place(orders, rate=rate))
        session.until_confirmed()
    figures = {
        f"accept_{name}_{when}_ms": percentile(values, share)
        for when, values in (("alone", alone), ("beside", beside))
        for name, share in (("p50", 0.5), ("p99", 0.99))
    }
    told = {"accept, alone": quantiles(alone), f"accept, beside {setting}": quantiles(beside)}
    return Run("beside", session.system, setting, figures, quantiles=told)
