"""Passwords are hashed a few at a time, and those that would wait too long are refused."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pedidos.http import problems
from pedidos.http.hashing import HashingPool
from pedidos.http.work_pool import WAITING_PER_THREAD
from tests.support.waiting import until

THREADS = 2
PLACES = THREADS * (1 + WAITING_PER_THREAD)


def test_beyond_its_places_it_refuses_at_once_and_takes_more_when_some_are_done() -> None:
    pool, may_end, begun = HashingPool(THREADS), threading.Event(), []

    def work(number: int) -> int:
        begun.append(number)
        assert may_end.wait(60)
        return number

    with ThreadPoolExecutor(PLACES) as requests:
        asked = [requests.submit(pool.run, work, number) for number in range(PLACES)]
        until(lambda: len(begun) == THREADS and pool._places._value == 0, "all places to be taken")
        with pytest.raises(problems.Busy):
            pool.run(work, PLACES)
        with pytest.raises(problems.Busy):
            pool.require_room()
        assert len(begun) == THREADS
        may_end.set()
        assert sorted(each.result(60) for each in asked) == list(range(PLACES))
    pool.require_room()
    assert pool.run(work, PLACES) == PLACES


def test_an_error_reaches_the_request_and_frees_its_place() -> None:
    pool = HashingPool(1)
    for _ in range(PLACES):
        with pytest.raises(ValueError, match="control characters"):
            pool.hash_password("tabs \t and more")
    assert pool.matches(pool.hash_password("correct horse battery"), "correct horse battery").good
