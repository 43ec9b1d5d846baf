"""A value that many look at is read once, and the others do not wait for the one who reads it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from pedidos.processes.web.fresh import Fresh


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_is_read_again_when_it_is_old() -> None:
    clock, reads = Clock(), iter(range(9))
    value = Fresh(lambda: (next(reads), 1.0), -1, 1.0, clock)
    assert [value.get(), value.get()] == [0, 0]
    clock.now = 1.0
    assert value.get() == 1


def test_while_one_reads_the_others_get_the_value_before() -> None:
    clock, begun, go_on = Clock(), Event(), Event()

    def read() -> tuple[str, float]:
        if clock.now:
            begun.set()
            assert go_on.wait(10)
        return f"at {clock.now:g}", 1.0

    value = Fresh(read, "", 1.0, clock)
    assert value.get() == "at 0"
    clock.now = 5.0
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(value.get)
        assert begun.wait(10)
        assert value.get() == "at 0"
        go_on.set()
        assert reading.result(10) == "at 5"


def test_after_an_error_the_next_one_reads() -> None:
    answers = iter([ValueError("broken")])

    def read() -> tuple[str, float]:
        for error in answers:
            raise error
        return "well", 1.0

    value = Fresh(read, "", 1.0)
    with pytest.raises(ValueError, match="broken"):
        value.get()
    assert value.get() == "well"
