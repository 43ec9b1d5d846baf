"""Orders while many lists of orders are read: how much reading slows down ordering."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.low_priority import low_priority
from pedidos_bench.measures.end_to_end import accept_ms
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.system import Servers, Target
from pedidos_bench.systems.pedidos import Pedidos

PATIENCE_SECONDS = 30.0
LIST = "/v1/orders?status=expired"
"""A state that no order has: without an index, the query would read all orders."""


def measure(servers: Servers, stored: int, readers: int, rate: float, seconds: float) -> Iterator[Run]:
    """Accepts orders at the same rate twice, for `seconds` each: without readers, and with `readers` that list all the
    time."""
    with ours(servers, Pedidos(stored=stored)) as (session, target):
        steady = round(rate * seconds)
        alone = accept_ms(session.place(steady, rate=rate))
        session.until_confirmed()
        with reading(target, readers, LIST) as lists:
            began = time.monotonic()
            meanwhile = accept_ms(session.place(steady, rate=rate))
            took = time.monotonic() - began
            read = len(lists)
        session.until_confirmed()
        figures = {
            "lists_per_second": read / took,
            "accept_p99_alone_ms": percentile(alone, 0.99),
            "accept_p99_listed_ms": percentile(meanwhile, 0.99),
        }
        told = {"accept, alone": quantiles(alone), "accept, while lists are read": quantiles(meanwhile)}
        yield from audited(session, [Run("listed", session.system, f"{stored} stored", figures, quantiles=told)])


@contextmanager
def reading(target: Target, readers: int, path: str) -> Iterator[list[int]]:
    """Inside, `readers` customers ask for this list, each as soon as it has an answer. Yields the answers' statuses."""
    over = threading.Event()
    statuses: list[int] = []

    def read(token: str) -> None:
        with closing(HTTPConnection(urlsplit(target.url).netloc, timeout=PATIENCE_SECONDS)) as connection:
            while not over.is_set():
                connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
                answer = connection.getresponse()
                answer.read()
                statuses.append(answer.status)
                over.wait(float(answer.headers.get("Retry-After", "0")))

    with ThreadPoolExecutor(readers, initializer=low_priority) as pool:
        reading = [pool.submit(read, target.tokens[number % len(target.tokens)]) for number in range(readers)]
        try:
            yield statuses
        finally:
            over.set()
    for one in reading:
        one.result()
