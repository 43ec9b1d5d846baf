"""Counts in memory, by many threads."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Timer

import pytest

from pedidos.http.counting import OwnCounts, shared_counts
from pedidos.settings.groups.broker import OptionalBrokerSettings
from tests.support.waiting import WAIT_SECONDS

AT_ONCE, ROUNDS = 16, 20


class SlowlyTimed(OwnCounts):
    """A thread that sets the timer is held up before it starts it."""

    STORAGE_SCHEME = ["slowly-timed"]  # noqa: RUF012  # as the library declares it
    _timer: Timer

    @property
    def timer(self) -> Timer:
        return self._timer

    @timer.setter
    def timer(self, timer: Timer) -> None:
        self._timer = timer
        time.sleep(0.001)


def test_threads_that_count_at_once_start_no_timer_twice() -> None:
    storage = SlowlyTimed()
    together = Barrier(AT_ONCE)

    def count() -> None:
        for _ in range(ROUNDS):
            together.wait(WAIT_SECONDS)
            storage.incr("key", 60)
            time.sleep(0.02)  # longer than the timer runs: in the next round it is started again

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for each in [pool.submit(count) for _ in range(AT_ONCE)]:
            each.result()
    assert storage.get("key") == AT_ONCE * ROUNDS


@pytest.mark.parametrize("address", ["amqp://127.0.0.1:5672//", "redis+socket:///run/valkey.sock", None])
def test_limits_count_alone_elsewhere_than_in_redis_and_valkey(address: str | None) -> None:
    assert shared_counts(OptionalBrokerSettings(broker_url=address)) is None


def test_limits_count_together_without_a_password_in_the_address() -> None:
    counts = shared_counts(OptionalBrokerSettings(broker_url="rediss://user:p%40ss@host:6380/2"))
    assert counts is not None
    assert counts.uri == "rediss://host:6380/2"
    assert counts.options["credential_provider"].get_credentials() == ("user", "p@ss")


def test_limits_count_together_at_the_server_that_sentinels_name() -> None:
    counts = shared_counts(
        OptionalBrokerSettings(
            broker_url="sentinel://:word@one:26379/3;sentinel://other:26380", sentinel_master="queue"
        )
    )
    assert counts is not None
    assert counts.uri == "redis+sentinel://one:26379,other:26380/queue"
    assert counts.options["db"] == 3
