"""GroupCommit: batches that form by themselves, answers to whom they belong, errors to all or to one."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from pedidos.processes.api.group_commit import GroupCommit
from tests.support.waiting import until


class Away(Exception):
    """Everybody's error."""


class Late(Exception):
    """It may be one question's, or that of all."""


class Interrupted(BaseException):
    """The leader's thread is to end."""


class Desk:
    """Answers a number with its double; the first batch is held back until told."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.raises: dict[int, BaseException] = {}

    def answer(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        self.begun.set()
        assert self.go_on.wait(10)
        for number in numbers:
            if number in self.raises:
                raise self.raises[number]
        return [number * 2 for number in numbers]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(20) as pool:
        yield pool


def ask_while_one_is_held(
    desk: Desk, pool: ThreadPoolExecutor, gathering: "GroupCommit[int, int]", later: Sequence[int]
) -> list["Future[int]"]:
    """0 is asked first and held; then the others, and when all of them wait, the desk goes on."""
    asked = [pool.submit(gathering.ask, 0)]
    assert desk.begun.wait(10)
    for number in later:
        asked.append(pool.submit(gathering.ask, number))
        until(lambda: len(gathering._waiting) >= len(asked) - 1, "the others to wait")
    desk.go_on.set()
    return asked


def test_a_single_request_does_not_wait(desk: Desk) -> None:
    desk.go_on.set()
    gathering = GroupCommit(desk.answer, 100, Away, Late)
    assert [gathering.ask(number) for number in (1, 2)] == [2, 4]
    assert desk.batches == [[1], [2]]


def test_what_comes_meanwhile_is_one_batch(desk: Desk, pool: ThreadPoolExecutor) -> None:
    gathering = GroupCommit(desk.answer, 100, Away, Late)
    asked = ask_while_one_is_held(desk, pool, gathering, [1, 2, 3])
    assert [each.result(10) for each in asked] == [0, 2, 4, 6]
    assert desk.batches == [[0], [1, 2, 3]]


def test_a_batch_has_its_bound(desk: Desk, pool: ThreadPoolExecutor) -> None:
    gathering = GroupCommit(desk.answer, 2, Away, Late)
    asked = ask_while_one_is_held(desk, pool, gathering, [1, 2, 3, 4, 5])
    assert [each.result(10) for each in asked] == [0, 2, 4, 6, 8, 10]
    assert desk.batches == [[0], [1, 2], [3, 4], [5]]


def test_what_is_away_is_waited_for_once(desk: Desk, pool: ThreadPoolExecutor) -> None:
    desk.raises[0] = Away()
    gathering = GroupCommit(desk.answer, 100, Away, Late)
    asked = ask_while_one_is_held(desk, pool, gathering, [1, 2])
    assert all(isinstance(each.exception(10), Away) for each in asked)
    assert desk.batches == [[0]]
    desk.raises.clear()
    assert gathering.ask(7) == 14


def test_while_it_is_away_one_tries_and_nobody_waits(desk: Desk, pool: ThreadPoolExecutor) -> None:
    desk.raises[0] = Away()
    desk.go_on.set()
    gathering = GroupCommit(desk.answer, 100, Away, Late)
    with pytest.raises(Away):
        gathering.ask(0)
    desk.go_on.clear()
    desk.begun.clear()
    trying = pool.submit(gathering.ask, 1)
    assert desk.begun.wait(10)
    with pytest.raises(Away):
        gathering.ask(2)
    desk.go_on.set()
    assert trying.result(10) == 2
    assert gathering.ask(3) == 6
    assert desk.batches == [[0], [1], [3]]


def test_one_bad_question_is_its_own_fault(desk: Desk, pool: ThreadPoolExecutor) -> None:
    desk.raises[2] = ValueError()
    gathering = GroupCommit(desk.answer, 100, Away, Late)
    asked = ask_while_one_is_held(desk, pool, gathering, [1, 2, 3])
    assert isinstance(asked[2].exception(10), ValueError)
    assert [asked[n].result(10) for n in (0, 1, 3)] == [0, 2, 6]
    assert desk.batches == [[0], [1, 2, 3], [1], [2, 3], [2], [3]]


def test_the_others_of_a_batch_are_answered_while_the_fault_is_looked_for(desk: Desk, pool: ThreadPoolExecutor) -> None:
    desk.raises[4] = Late()
    gathering = GroupCommit(desk.answer, 100, Away, Late)
    asked = ask_while_one_is_held(desk, pool, gathering, [1, 2, 3, 4])
    assert isinstance(asked[4].exception(10), Late)
    assert [asked[n].result(10) for n in (0, 1, 2, 3)] == [0, 2, 4, 6]


def test_a_fault_that_may_be_everybodys_is_not_looked_for_long(
    desk: Desk, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pedidos.processes.api.group_commit.ISOLATING_SECONDS", 0.0)
    desk.raises |= {2: Late(), 5: ValueError()}
    gathering = GroupCommit(desk.answer, 3, Away, Late)
    asked = ask_while_one_is_held(desk, pool, gathering, [1, 2, 3, 4, 5, 6])
    assert all(isinstance(asked[n].exception(10), Late) for n in (1, 2, 3))
    assert isinstance(asked[5].exception(10), ValueError)
    assert [asked[n].result(10) for n in (0, 4, 6)] == [0, 8, 12]
    assert desk.batches == [[0], [1, 2, 3], [4, 5, 6], [4], [5, 6], [5], [6]]


def test_a_leader_that_is_interrupted_leaves_nobody_asleep(desk: Desk, pool: ThreadPoolExecutor) -> None:
    desk.raises[2] = Interrupted()
    gathering = GroupCommit(desk.answer, 3, Away, Late)
    asked = ask_while_one_is_held(desk, pool, gathering, [1, 2, 3, 4, 5])
    assert all(isinstance(asked[n].exception(10), Interrupted) for n in (1, 2, 3))
    assert [asked[n].result(10) for n in (0, 4, 5)] == [0, 8, 10]
    assert gathering.ask(6) == 12


def test_many_threads_each_get_their_own(pool: ThreadPoolExecutor) -> None:
    sizes: list[int] = []

    def answer(numbers: Sequence[int]) -> list[int]:
        sizes.append(len(numbers))
        return [number * 2 for number in numbers]

    gathering = GroupCommit(answer, 8, Away, Late)
    assert list(pool.map(gathering.ask, range(5000))) == [number * 2 for number in range(5000)]
    assert sum(sizes) == 5000
    assert max(sizes) <= 8
