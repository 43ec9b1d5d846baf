"""What the pages of an operator ask the task broker and the workers: queues, children, and what they do."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from celery import Celery

from pedidos.errors import TaskBrokerUnavailable, first_line
from pedidos.processes import celery_app
from pedidos.processes.web.fresh import Fresh

SHOWN_SECONDS = 0.9
AGAIN_SECONDS = 3.0
"""After a failure, nothing is asked for this time."""
PATIENCE_SECONDS = 4.0
ANSWER_SECONDS = 1.0
"""How long workers may take to answer. If all that are known have answered, nothing more is waited for."""
ALL_SECONDS = 5.0
"""How often workers are waited for that are not known yet."""


class Task(NamedTuple):
    """name: without "pedidos.". orders: the first ids; number: of all. finished: None while it runs."""

    name: str
    child: int | None
    orders: tuple[str, ...]
    number: int
    since: datetime | None
    finished: datetime | None


class Worker(NamedTuple):
    """children: with the task that each runs, if it runs one. finished: the newest first."""

    name: str
    queues: frozenset[str]
    children: tuple[tuple[int, Task | None], ...]
    finished: tuple[Task, ...]
    steps: Mapping[str, Mapping[str, float]]


class Queue(NamedTuple):
    """children: how many child processes take from it. running: batches that they work at. batches to failed: what the
    workers did for it since their start."""

    name: str
    messages: int
    children: int
    running: int
    batches: int
    orders: int
    retries: int
    failed: int


class Board(NamedTuple):
    """queues: None if the broker does not answer; trouble says why."""

    queues: tuple[Queue, ...] | None
    workers: tuple[Worker, ...]
    trouble: str


NOT_READ = Board(None, (), "")


class TaskDesk:
    """app: None if this process does not know the broker."""

    def __init__(self, app: Celery | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._clock = clock
        self._known = 0
        self._all_at = float("-inf")
        self._board = Fresh(self._read, NOT_READ, PATIENCE_SECONDS, clock)

    @property
    def known(self) -> bool:
        return self._app is not None

    def board(self) -> Board:
        """What is the case now, at most a second old."""
        return self._board.get()

    def _read(self) -> tuple[Board, float]:
        if self._app is None:
            return NOT_READ, AGAIN_SECONDS
        try:
            lengths = celery_app.queue_lengths(self._app)
            limit = self._known or None
            if self._clock() - self._all_at >= ALL_SECONDS:
                limit, self._all_at = None, self._clock()
            reports = celery_app.reports(self._app, ANSWER_SECONDS, limit)
        except TaskBrokerUnavailable as error:
            return Board(None, (), first_line(error)), AGAIN_SECONDS
        self._known = len(reports)
        workers = tuple(_worker(name, report) for name, report in sorted(reports.items()))
        return Board(tuple(sorted(_queues(lengths, workers), key=_worst_first)), workers, ""), SHOWN_SECONDS


def _worker(name: str, report: Mapping[str, Any]) -> Worker:
    running = {task.child: task for task in map(_task, report["running"])}
    return Worker(
        name.partition("@")[0],
        frozenset(report["queues"]),
        tuple((child, running.get(child)) for child in sorted(report["children"])),
        tuple(map(_task, reversed(report["finished"]))),
        report["steps"],
    )


def _task(told: Mapping[str, Any]) -> Task:
    return Task(
        told["task"].removeprefix("pedidos."),
        told["child"],
        tuple(told["orders"]),
        told["count"],
        _moment(told["since"]),
        _moment(told.get("finished")),
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _queues(lengths: Mapping[str, int], workers: tuple[Worker, ...]) -> list[Queue]:
    found = []
    for name, messages in lengths.items():
        takers = [worker for worker in workers if name in worker.queues]
        busy = [task for worker in workers for _, task in worker.children if task is not None and task.name == name]
        done = {
            figure: round(sum(worker.steps.get(name, {}).get(figure, 0) for worker in workers))
            for figure in ("batches", "orders", "retries", "failed")
        }
        children = sum(len(worker.children) for worker in takers)
        found.append(Queue(name, messages, children, len(busy), **done))
    return found


def _worst_first(queue: Queue) -> tuple[bool, int]:
    """A queue from which no worker takes comes before one in which messages wait."""
    return queue.children > 0, -queue.messages
