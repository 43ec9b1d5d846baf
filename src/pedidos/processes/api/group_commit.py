"""Requests that come at the same time share one statement and one commit. A request that comes alone does not wait."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

ISOLATING_SECONDS = 1.0
"""How long the requests of the next batch wait while the fault in this batch is looked for."""


class _Pending(Generic[Q, A]):
    """One thread's question. Woken when it is answered, or when it is this thread's turn to lead."""

    __slots__ = ("_asleep", "answer", "error", "question", "settled")

    def __init__(self, question: Q) -> None:
        self.question = question
        self.answer: A | None = None
        self.error: BaseException | None = None
        self.settled = False
        # A lock instead of an Event, which costs more than all else here. It is held while its thread is to sleep.
        self._asleep = threading.Lock()
        self._asleep.acquire()

    def sleep(self) -> None:
        self._asleep.acquire()

    def wake(self) -> None:
        """At most once until it sleeps again."""
        self._asleep.release()

    def settle(self, answer: A | None, error: BaseException | None = None) -> None:
        """Lets its thread go on with the answer or the error; the first of them counts."""
        if not self.settled:
            self.answer, self.error, self.settled = answer, error, True
            self.wake()


class GroupCommit(Generic[Q, A]):
    """Answers the questions of many threads in batches.

    The first thread leads: it takes the questions that have gathered, has them answered, and hands the lead to a thread
    that came meanwhile. So the size of a batch depends on how long the batch before it took, and no thread waits for a
    batch to fill. While the database is unavailable, one thread at a time tries whether it is back; the others get the
    error at once.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Q]], Sequence[A]],
        most: int,
        shared_error: type[Exception],
        passing: type[Exception],
    ) -> None:
        """answer gets at most `most` questions, and must be repeatable. A shared_error goes to all waiting threads. Any
        other may be the fault of a single question: then each half is asked again, down to the one at fault. If that
        takes longer than ISOLATING_SECONDS, a passing error goes to all that are left."""
        self._answer = answer
        self._most = most
        self._shared_error = shared_error
        self._passing = passing
        self._lock = threading.Lock()
        self._waiting: list[_Pending[Q, A]] = []
        self._led = False
        self._away: Exception | None = None

    def ask(self, question: Q) -> A:
        """The answer, as soon as the batch is done that the question was in. Raises what answering it raised."""
        turn = _Pending[Q, A](question)
        with self._lock:
            if self._led and self._away is not None:
                raise self._away
            self._waiting.append(turn)
            leads, self._led = not self._led, True
        if not leads:
            turn.sleep()  # the leader wakes all, whatever happens to it
        if not turn.settled:
            self._lead()
        if turn.error is not None:
            raise turn.error
        return turn.answer  # type: ignore[return-value]  # there is one, where there is no error

    def _lead(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            self._settle(batch, time.monotonic() + ISOLATING_SECONDS)
        except BaseException as error:
            for turn in batch:
                turn.settle(None, error)
            raise
        finally:
            with self._lock:
                next_leader = self._waiting[0] if self._waiting else None
                self._led = next_leader is not None
            if next_leader is not None:
                next_leader.wake()

    def _settle(self, batch: Sequence[_Pending[Q, A]], until: float) -> None:
        """Each turn of the batch, and of all who wait if it cannot be done at all, with its answer or error."""
        try:
            answers = self._answer([turn.question for turn in batch])
            self._away = None
        except self._shared_error as error:
            # The others would wait for the same database: one wait is enough.
            with self._lock:
                self._away = error
                batch, self._waiting = [*batch, *self._waiting], []
            for turn in batch:
                turn.settle(None, error)
        except Exception as error:  # noqa: BLE001  # raised in the thread that asked
            self._away = None  # what was asked has answered
            if len(batch) == 1 or (isinstance(error, self._passing) and time.monotonic() > until):
                for turn in batch:
                    turn.settle(None, error)
                return
            middle = len(batch) // 2
            self._settle(batch[:middle], until)
            self._settle(batch[middle:], until)
        else:
            for turn, answer in zip(batch, answers, strict=True):
                turn.settle(answer)
