"""Concurrent requests share one statement and one commit. A single request does not wait."""

import threading
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

ISOLATING_SECONDS = 1.0
"""Limit of the search for the fault in a batch, while the requests of the next batch wait."""


class _Pending(Generic[Q, A]):
    """The question of one thread. The thread is woken when it has its answer, or when it has to lead. follower: whom it
    wakes then. awake: it is, or is about to be woken."""

    __slots__ = ("_asleep", "answer", "awake", "error", "follower", "question", "settled")

    def __init__(self, question: Q) -> None:
        self.question = question
        self.answer: A | None = None
        self.error: BaseException | None = None
        self.settled = False
        self.awake = False
        self.follower: _Pending[Q, A] | None = None
        # A lock instead of an Event, which costs more than the rest of this class. It is held while the thread sleeps.
        self._asleep = threading.Lock()
        self._asleep.acquire()

    def sleep(self) -> None:
        self._asleep.acquire()
        if self.follower is not None:
            self.follower.wake()

    def wake(self) -> None:
        """To be called at most once before the thread sleeps again."""
        self._asleep.release()

    def settle(self, answer: A | None, error: BaseException | None = None) -> None:
        """The answer or the error of the question."""
        self.answer, self.error, self.settled = answer, error, True


class GroupCommit(Generic[Q, A]):
    """Answers the questions of many threads in batches.

    The first thread leads: it takes the pending questions, has them answered, and passes the lead to a thread that
    arrived meanwhile. So the size of a batch depends on how long the previous batch took, and no thread waits for a
    batch to fill. While the database is unavailable, one thread at a time checks whether it is back, and the others get
    the error at once.

    The leader wakes one thread, each thread wakes the next one, and the last one wakes the next leader. Only one thread
    at a time can run Python code. If all were woken at once, they would wake and put each other to sleep: that was a
    tenth of the CPU of a request.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Q]], Sequence[A]],
        most: int,
        shared_error: type[Exception],
        passing: type[Exception],
    ) -> None:
        """answer: gets at most `most` questions, and must be repeatable. shared_error: goes to all waiting threads. Any
        other error may be the fault of a single question: then each half is asked again, down to the one at fault. If
        that takes longer than ISOLATING_SECONDS, an error of the class passing goes to all that are left."""
        self._answer = answer
        self._most = most
        self._shared_error = shared_error
        self._passing = passing
        self._lock = threading.Lock()
        self._waiting: list[_Pending[Q, A]] = []
        self._led = False
        self._away: Exception | None = None

    def ask(self, question: Q) -> A:
        """Returns the answer as soon as the batch of the question is done. Raises the error of the question."""
        turn: _Pending[Q, A] = _Pending(question)  # naming the types in the call costs a microsecond
        with self._lock:
            if self._led and self._away is not None:
                raise self._away
            self._waiting.append(turn)
            leads, self._led = not self._led, True
        if not leads:
            turn.sleep()  # the leader sees to it that every thread is woken, even if it fails
        if not turn.settled:
            self._lead(turn)
        if turn.error is not None:
            raise turn.error
        return turn.answer  # type: ignore[return-value]  # without an error there is an answer

    def _lead(self, own: _Pending[Q, A]) -> None:
        own.awake = True
        with self._lock:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        settled: Sequence[_Pending[Q, A]] = ()
        try:
            settled = self._settle(batch, time.monotonic() + ISOLATING_SECONDS)
        except BaseException as error:
            settled = batch
            for turn in batch:
                if not turn.settled:
                    turn.settle(None, error)
            raise
        finally:
            with self._lock:
                next_leader = self._waiting[0] if self._waiting else None
                self._led = next_leader is not None
            _wake(settled, next_leader)

    def _settle(self, batch: Sequence[_Pending[Q, A]], until: float) -> Sequence[_Pending[Q, A]]:
        """Settles each question of the batch. A shared error also settles all waiting questions.

        Returns those that are settled and still asleep. During the search for a fault, the others are woken.
        """
        try:
            answers = self._answer([turn.question for turn in batch])
            self._away = None
        except self._shared_error as error:
            # The waiting threads would wait for the same database; one wait is enough.
            with self._lock:
                self._away = error
                batch, self._waiting = [*batch, *self._waiting], []
            for turn in batch:
                turn.settle(None, error)
        except Exception as error:  # noqa: BLE001  # raised in the thread that asked
            self._away = None  # the database has answered
            if len(batch) > 1 and not (isinstance(error, self._passing) and time.monotonic() > until):
                middle = len(batch) // 2
                _wake(self._settle(batch[:middle], until))
                return self._settle(batch[middle:], until)
            for turn in batch:
                turn.settle(None, error)
        else:
            for turn, answer in zip(batch, answers, strict=True):
                turn.settle(answer)
        return batch


def _wake(settled: Sequence[_Pending[Q, A]], last: _Pending[Q, A] | None = None) -> None:
    """Wakes the first one that sleeps, which wakes the next one. last: whom the last one wakes."""
    asleep = [turn for turn in settled if not turn.awake]
    if last is not None:
        asleep.append(last)
    for turn, follower in pairwise(asleep):
        turn.follower = follower
    for turn in asleep:
        turn.awake = True
    if asleep:
        asleep[0].wake()
