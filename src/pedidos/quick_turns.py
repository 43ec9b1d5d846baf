"""Makes the threads of a process take turns quickly, while one of them works long in Python.

One thread at a time runs Python code. Another one that is ready waits for the switch interval of the interpreter, 5 ms,
each time that it has waited for a socket or a lock. A request that waits three times takes 15 ms beside a busy thread,
for a millisecond of work.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

QUICK_SECONDS = 0.0002
"""The switch interval meanwhile. A change of threads takes some 5 µs, so the busy one loses little."""

_lock = threading.Lock()
_usual: list[float] = []
"""The interval before, once for each context that is open."""


@contextmanager
def quick_turns() -> Iterator[None]:
    """Inside the context, the interval is short; after the last one, it is what it was."""
    with _lock:
        _usual.append(_usual[0] if _usual else sys.getswitchinterval())
        sys.setswitchinterval(QUICK_SECONDS)
    try:
        yield
    finally:
        with _lock:
            usual = _usual.pop()
            if not _usual:
                sys.setswitchinterval(usual)
