"""A command that is told to end by a signal ends as by Ctrl-C: what it had started is stopped first, and tidied up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ending:
    """number: the signal that this process was told to end by, 0 if none."""

    def __init__(self) -> None:
        self.number = 0

    def listen(self) -> None:
        """SIGTERM and SIGHUP are heard from now on, once. A signal that the process is to ignore (nohup) stays so."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        interrupt = signal.getsignal(signal.SIGINT)  # asyncio's own while a loop runs: it cancels what runs
        for each in ENDS:
            signal.signal(each, signal.SIG_IGN)  # a second one would cut the tidying up short
        if _interrupted(interrupt):
            return
        if callable(interrupt):
            interrupt(signal.SIGINT, frame)
        else:
            raise KeyboardInterrupt


def _interrupted(handler: object) -> bool:
    """Whether this handler, if it is asyncio's, has been called: the first call cancels, the next one breaks off."""
    runner = getattr(getattr(handler, "func", None), "__self__", None)
    return getattr(runner, "_interrupt_count", 0) > 0


@contextmanager
def ended_tidily() -> Iterator[None]:
    """Around a whole command. Raises SystemExit with the status that a shell gives to a death by the signal."""
    ending = Ending()
    ending.listen()
    try:
        yield
    except BaseException:
        if ending.number:
            raise SystemExit(128 + ending.number) from None
        raise
