"""Requests that come at the same time share one statement and one commit. Alone, a request waits for nobody."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class _Turn(Generic[Q, A]):
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
        self.answer, self.error, self.settled = answer, error, True


class Gathering(Generic[Q, A]):
    """Answers the questions of many threads in batches.

    The first to come leads: it takes what has gathered, has it answered, and hands the lead to one of those that came
    meanwhile. So a batch is as large as the time of the one before it allows, and nobody waits for it to fill.
    While what is asked is away, one at a time tries whether it is back; the others are turned away at once.
    """

    def __init__(
        self, answer: Callable[[Sequence[Q]], Sequence[A]], most: int, everybodys: tuple[type[Exception], ...]
    ) -> None:
        """answer is given at most so many questions, and must be repeatable. An error of everybodys kinds is that of
        all who are waiting; any other may be the fault of a single question: then each is asked by itself."""
        self._answer = answer
        self._most = most
        self._everybodys = everybodys
        self._lock = threading.Lock()
        self._waiting: list[_Turn[Q, A]] = []
        self._led = False
        self._away: Exception | None = None

    def ask(self, question: Q) -> A:
        """The answer, as soon as the batch is done that the question was in. Raises what answering it raised."""
        turn = _Turn[Q, A](question)
        with self._lock:
            if self._led and self._away is not None:
                raise self._away
            self._waiting.append(turn)
            leads, self._led = not self._led, True
        if not leads:
            turn.sleep()  # whoever leads wakes all, whatever happens to it
        if not turn.settled:
            self._lead()
        if turn.error is not None:
            raise turn.error
        return turn.answer  # type: ignore[return-value]  # there is one, where there is no error

    def _lead(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        done = batch
        try:
            done = self._settled(batch)
        except BaseException as error:
            for turn in batch:
                turn.settle(None, error)
            raise
        finally:
            with self._lock:
                heir = self._waiting[0] if self._waiting else None
                self._led = heir is not None
            for turn in done:
                turn.wake()
            if heir is not None:
                heir.wake()

    def _settled(self, batch: list[_Turn[Q, A]]) -> list[_Turn[Q, A]]:
        """The turns of the batch, and of all who wait if it cannot be done at all, each with its answer or error."""
        try:
            for turn, answer in zip(batch, self._answer([turn.question for turn in batch]), strict=True):
                turn.settle(answer)
            self._away = None
        except self._everybodys as error:
            # They would only wait for the same: what is away is waited for once.
            with self._lock:
                self._away = error
                batch, self._waiting = batch + self._waiting, []
            for turn in batch:
                turn.settle(None, error)
        except Exception as error:  # noqa: BLE001  # raised in the thread that asked
            self._away = None  # what was asked has answered
            if len(batch) > 1:
                return [settled for turn in batch for settled in self._settled([turn])]
            batch[0].settle(None, error)
        return batch
