"""Counts in memory, by many threads."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Timer

from pedidos.http.counting import OwnCounts, shared_broker
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


def test_limits_count_together_in_redis_and_valkey_alone() -> None:
    assert shared_broker("redis://127.0.0.1:6379/0") == "redis://127.0.0.1:6379/0"
    assert shared_broker("amqp://127.0.0.1:5672//") is None
    assert shared_broker(None) is None
