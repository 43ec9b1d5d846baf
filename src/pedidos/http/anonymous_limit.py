"""A coarse limit on requests without an account: a stranger's requests cost as much as others', and are counted by the
network that they come from.

Each process counts alone, in memory: asking the broker would cost more than most of these requests.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable

from flask import request

from pedidos.domain.client_network import network
from pedidos.http import problems
from pedidos.sentence import Sentence

WINDOW_SECONDS = 60.0


class AnonymousLimit:
    """Counts requests per network and minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = per_minute
        self._clock = clock
        self._one_at_a_time = threading.Lock()
        self._ends = 0.0
        self._counts: Counter[str] = Counter()

    def count(self, address: str) -> None:
        """Counts a request of this client. Raises problems.TooManyRequests beyond the limit."""
        client = network(address)
        with self._one_at_a_time:
            now = self._clock()
            if now >= self._ends:
                self._counts.clear()
                self._ends = now + WINDOW_SECONDS
            self._counts[client] += 1
            beyond, seconds = self._counts[client] > self._most, self._ends - now
        if beyond:
            detail = Sentence("This client has made {most} requests without an account in a minute.", most=self._most)
            raise problems.TooManyRequests(detail, headers={"Retry-After": str(max(1, round(seconds)))})

    def count_current(self) -> None:
        """Counts the request that the thread handles."""
        self.count(request.remote_addr or "unknown")
