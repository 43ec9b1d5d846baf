"""Compartments of the api: how many requests of a kind may be under way, so that no kind keeps out placing orders.

An api process has a fixed number of threads, and each kind has its share of them. For the share of the connections to
PostgreSQL, see engines.
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
from pedidos.settings.groups import RequestSettings

View = TypeVar("View", bound=Callable[..., object])

_KEY = "pedidos-compartments"

FLOWING_SECONDS = 0.25


class Kind(StrEnum):
    """What a request does. Reading many orders is the only thing that may take a while."""

    PLACING = "placing"
    LISTS = "lists"
    OTHERS = "others"


class Compartment:
    """Admits `most` requests at a time, and `most_of_one` of the same account.

    A request that finds it full waits while others leave, since a place is free soon then; at most FLOWING_SECONDS,
    because its thread is missing elsewhere. While no request leaves, all are refused at once.
    """

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._changed = threading.Condition()
        self._inside: Counter[object] = Counter()
        self._came_out = time.monotonic()

    @contextmanager
    def place(self, account: object) -> Iterator[None]:
        """Inside, one request more is under way. Raises problems.TooManyRequests and problems.Busy."""
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
            detail = f"{self._most_of_one} of your requests of this kind are already in progress."
            return problems.TooManyRequests(detail, headers={"Retry-After": "1"})
        return problems.Busy() if self._inside.total() >= self._most else None


def make_compartments(settings: RequestSettings) -> dict[Kind, Compartment]:
    """The share of each kind in the threads of the process: an eighth for lists, five for others, two for placing."""
    lists, others = max(1, settings.api_threads // 8), max(1, settings.api_threads * 5 // 8)
    return {Kind.LISTS: Compartment(lists, max(1, lists // 2)), Kind.OTHERS: Compartment(others, others)}


def install(app: Flask, compartments: Mapping[Kind, Compartment]) -> None:
    """Gives the app's views their compartments."""
    app.extensions[_KEY] = compartments


def within(kind: Kind, view: View) -> View:
    """The view in its compartment. Placing has none: it has what the others leave."""
    if kind is Kind.PLACING:
        return view

    @functools.wraps(view)
    def in_its_place(**values: object) -> object:
        identity = wsgi.current().identity
        with current_app.extensions[_KEY][kind].place(identity and identity.account_id):
            return view(**values)

    return cast(View, in_its_place)
