"""A thread of the scheduler that does what operators ask of dead letters on their pages.

It looks once a second: then nothing has to reach it but PostgreSQL, where the jobs are.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from pedidos.errors import Transient, first_line

LOOK_SECONDS = 1.0
END_SECONDS = 5.0

logger = structlog.get_logger()


class Desk:
    """run_due: does all jobs that are due (`dead_letters.jobs`), until living() is False."""

    def __init__(self, run_due: Callable[[Callable[[], bool]], object]) -> None:
        self._run_due = run_due
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Inside, the thread runs. At the end, the letter that is being worked on gets its outcome, if that is soon."""
        self._thread.start()
        try:
            yield
        finally:
            self._ended.set()
            self._thread.join(END_SECONDS)

    def _run(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            try:
                self._run_due(lambda: not self._ended.is_set())
            except Transient as error:
                logger.warning("desk waits", reason=first_line(error))
            except Exception:
                logger.exception("desk failed")
