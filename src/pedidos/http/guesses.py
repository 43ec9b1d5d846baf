"""Limits failed sign-ins of one account, from however many clients.

The limit is not for a client from whose network the account has a session. So guessing locks no owner out at home or at
work; at a new place, they have to wait until the hour ends.
"""

import hashlib
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from limits import RateLimitItemPerHour
from limits.strategies import FixedWindowRateLimiter
from redis import RedisError

from pedidos.domain.client_network import network
from pedidos.http import problems
from pedidos.http.counting import OwnCounts, SharedCounts
from pedidos.sentence import Sentence

T = TypeVar("T")

ALONE_SECONDS = 5.0
"""How long a process counts alone after the broker did not answer: not every sign-in waits for it."""


class Guesses:
    """Counts by the e-mail address that was sent, whether or not it is of an account: so nothing tells which one is."""

    def __init__(
        self,
        per_hour: int,
        broker: SharedCounts | None,
        clock: Callable[[], float] = time.monotonic,
        *,
        what: str = "guesses",
    ) -> None:
        """broker: where all processes count together; None: this process counts alone.

        what: is guessed. Failures at one thing do not count for another.
        """
        self._limit = RateLimitItemPerHour(per_hour, namespace=f"pedidos-{what}")
        self._alone = FixedWindowRateLimiter(OwnCounts())
        self._together: FixedWindowRateLimiter | None = None
        if broker is not None:
            self._together = FixedWindowRateLimiter(broker.storage())
        self._clock = clock
        self._together_again = 0.0

    def require_few(self, email: str, client: str, addresses: Callable[[], Iterable[str]]) -> None:
        """Raises problems.TooManyRequests if too many have failed and the client is not at one of the addresses.

        client: its address. addresses: those of the account's sessions, asked only if it matters.
        """
        key = _key(email)
        if self._counted(lambda counts: counts.test(self._limit, key)):
            return
        if network(client) in {network(address) for address in addresses()}:
            return
        ends = self._counted(lambda counts: counts.get_window_stats(self._limit, key)).reset_time
        detail = Sentence("Too many sign-ins to this account have failed.")
        raise problems.TooManyRequests(detail, headers={"Retry-After": str(max(1, round(ends - time.time())))})

    def failed(self, email: str) -> None:
        """Counts a failure."""
        key = _key(email)
        self._counted(lambda counts: counts.hit(self._limit, key))

    def _counted(self, work: Callable[[FixedWindowRateLimiter], T]) -> T:
        if self._together is not None and self._clock() >= self._together_again:
            try:
                return work(self._together)
            except RedisError:
                self._together_again = self._clock() + ALONE_SECONDS
        return work(self._alone)


def _key(email: str) -> str:
    """The broker gets no e-mail addresses."""
    return hashlib.sha256(email.encode()).hexdigest()[:32]
