"""Group commit: requests that arrive together share one SQLite transaction, in a thread next to the event loop."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

MOST_AT_ONCE = 500


class Writer:
    """Runs functions on the book. A result of `run` is on disk."""

    def __init__(self, book: sqlite3.Connection) -> None:
        self._book = book
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="book", daemon=True)
        self._thread.start()

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """function(book, *arguments), committed. Raises what function raised, or sqlite3.Error from the commit."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(_Job(function, arguments, future))
        return await future

    def close(self) -> None:
        """Finish"""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        open_ = True
        while open_:
            batch = self._next_batch()
            if batch[-1] is None:
                open_ = False
            jobs = [job for job in batch if job is not None]
            if jobs:
                self._commit(jobs)
                self._loop.call_soon_threadsafe(_settle, jobs)
        self._book.close()

    def _next_batch(self) -> "list[_Job | None]":
        batch = [self._jobs.get()]
        while batch[-1] is not None and len(batch) < MOST_AT_ONCE:
            try:
                batch.append(self._jobs.get_nowait())
            except Empty:
                break
        return batch

    def _commit(self, jobs: "list[_Job]") -> None:
        """Commits the whole batch or nothing: after an error, every job of the batch gets it and may be repeated."""
        try:
            self._book.execute("begin immediate")
            for job in jobs:
                job.result = job.function(self._book, *job.arguments)
            self._book.execute("commit")
        except Exception as error:  # noqa: BLE001  # handed to the callers that wait
            for job in jobs:
                job.error = error
            self._roll_back()

    def _roll_back(self) -> None:
        """If the rollback fails too, the next batch cannot begin, gets the error, and the rollback is tried again."""
        with suppress(sqlite3.Error):
            if self._book.in_transaction:
                self._book.execute("rollback")


class _Job:
    __slots__ = ("arguments", "error", "function", "future", "result")

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...], future: "asyncio.Future[Any]") -> None:
        self.function = function
        self.arguments = arguments
        self.future = future
        self.result: Any = None
        self.error: Exception | None = None


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future.done():  # the caller was cancelled
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
