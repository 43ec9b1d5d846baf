"""Waiting for a condition."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object], seconds: float = 30.0, what: str = "it") -> None:
    """Returns as soon as the condition holds; fails if it does not hold within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come about within {seconds} s"
        time.sleep(0.02)
