"""Compartments (bulkheads) of the API: limits on concurrent requests of a kind, so that none keeps orders out.

An api process has a fixed number of threads, and each kind of request has a share of them. For the shares of the
connections to PostgreSQL, see engines.
"""

import functools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import TypeVar, cast

from flask import Flask, current_app

from pedidos.http import problems, wsgi
from pedidos.sentence import Sentence
from pedidos.settings.groups.serving import RequestSettings

View = TypeVar("View", bound=Callable[..., object])

_KEY = "pedidos-compartments"

FLOWING_SECONDS = 0.25


class Kind(StrEnum):
    """What a request does. Only reading many orders may take a while."""

    PLACING = "placing"
    LISTS = "lists"
    OTHERS = "others"


class Compartment:
    """Admits `most` requests at a time, and `most_of_one` of the same account.

    If it is full, a request waits as long as others leave, because a place will soon be free. It waits for at most
    FLOWING_SECONDS, because it occupies a thread. While no request leaves, new ones are refused at once.
    """

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._changed = threading.Condition()
        self._inside: Counter[object] = Counter()
        self._came_out = time.monotonic()

    @contextmanager
    def place(self, account: object) -> Iterator[None]:
        """Counts a request while the context is open. Raises problems.TooManyRequests and problems.Busy."""
        until = time.monotonic() + FLOWING_SECONDS
        with self._changed:
            while (refusal := self._refusal(account)) is not None:
                patience = min(until, self._came_out + FLOWING_SECONDS) - time.monotonic()
                if patience <= 0:
                    raise refusal
                self._changed.wait(patience)
            self._inside[account] += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside[account] -= 1
                if not self._inside[account]:
                    del self._inside[account]
                self._came_out = time.monotonic()
                self._changed.notify_all()

    def _refusal(self, account: object) -> problems.Problem | None:
        if self._inside[account] >= self._most_of_one:
            detail = Sentence(
                "{number} of your requests of this kind are already in progress.", number=self._most_of_one
            )
            return problems.TooManyRequests(detail, headers={"Retry-After": "1"})
        return problems.Busy() if self._inside.total() >= self._most else None


def make_compartments(settings: RequestSettings) -> dict[Kind, Compartment]:
    """Divides the threads of the process: one eighth for lists, five eighths for others, the rest for placing."""
    lists, others = max(1, settings.api_threads // 8), max(1, settings.api_threads * 5 // 8)
    return {Kind.LISTS: Compartment(lists, max(1, lists // 2)), Kind.OTHERS: Compartment(others, others)}


def install(app: Flask, compartments: Mapping[Kind, Compartment]) -> None:
    """Gives the views of the app their compartments."""
    app.extensions[_KEY] = compartments


def within(kind: Kind, view: View) -> View:
    """The view in its compartment. Placing has none: it uses the threads that the others leave free."""
    if kind is Kind.PLACING:
        return view

    @functools.wraps(view)
    def in_its_place(**values: object) -> object:
        identity = wsgi.current().identity
        with current_app.extensions[_KEY][kind].place(identity and identity.account_id):
            return view(**values)

    return cast(View, in_its_place)
