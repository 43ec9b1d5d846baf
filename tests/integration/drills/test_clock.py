"""The clock that a drill sets, as a program sees it."""

import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial

import pytest

from pedidos_drills.clock import Clock, NoClock, settable
from tests.support.waiting import until

HOUR = 3600
LOOK = """
import sys, time
for _ in sys.stdin:
    print(time.time(), time.monotonic(), flush=True)
"""


class Program:
    """One that tells its two clocks when asked."""

    def __init__(self, clock: Clock) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", LOOK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clock.env
        )

    def ahead(self) -> tuple[float, float]:
        """Seconds by which its time of day, and what it measures, are ahead of ours."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        theirs, measured = map(float, self._process.stdout.readline().split())
        return theirs - time.time(), measured - time.monotonic()

    def is_ahead_by(self, seconds: float) -> bool:
        """Its time of day; to within 5 s."""
        return abs(self.ahead()[0] - seconds) < 5

    def close(self) -> None:
        self._process.communicate(timeout=10)


@pytest.fixture
def clock() -> Iterator[Clock]:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the library is there for Linux on x86-64 alone")
    with settable() as made:
        yield made


def test_a_program_that_runs_sees_that_its_clock_is_set(clock: Clock) -> None:
    program = Program(clock)
    for wrong in (0, HOUR, -HOUR, 0):
        clock.set_wrong(wrong)
        until(partial(program.is_ahead_by, wrong), f"a clock that is wrong by {wrong} s")
        assert abs(program.ahead()[1]) < 5
    program.close()


def test_without_its_lock_there_is_no_clock(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr("pedidos_drills.clock.LOCK_FILE", tmp_path_factory.mktemp("none") / "clock.txt")
    with pytest.raises(NoClock), settable():
        pass
