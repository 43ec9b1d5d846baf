"""Ends a command on SIGTERM or SIGHUP as on Ctrl-C: it first stops what it started, and cleans up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ending:
    """number: the signal that asked this process to end; 0 if none did."""

    def __init__(self) -> None:
        self.number = 0

    def listen(self) -> None:
        """Handles the first SIGTERM or SIGHUP from now on. A signal that the process ignores (nohup) stays ignored."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        interrupt = signal.getsignal(signal.SIGINT)  # asyncio's handler while a loop runs: it cancels the main task
        for each in ENDS:
            signal.signal(each, signal.SIG_IGN)  # a second signal would interrupt the cleanup
        if _interrupted(interrupt):
            return
        if callable(interrupt):
            interrupt(signal.SIGINT, frame)
        else:
            raise KeyboardInterrupt


def _interrupted(handler: object) -> bool:
    """Whether the handler is asyncio's and was called before. Its first call cancels the main task; the second raises
    KeyboardInterrupt. `_interrupt_count` is private to asyncio.Runner, which has no public way to ask."""
    runner = getattr(getattr(handler, "func", None), "__self__", None)
    return getattr(runner, "_interrupt_count", 0) > 0


@contextmanager
def ended_tidily() -> Iterator[None]:
    """Wraps a whole command. After a signal, raises SystemExit with the status that a shell reports for that signal."""
    ending = Ending()
    ending.listen()
    try:
        yield
    except BaseException:
        if ending.number:
            raise SystemExit(128 + ending.number) from None
        raise
