"""Orders that a restore of PostgreSQL to an earlier moment has taken away: only those that were accepted after it."""

from collections.abc import Collection, Iterable
from typing import NamedTuple, Protocol


class Undone(NamedTuple):
    """A restore; times are time.monotonic(). marked: before the moment to which PostgreSQL was restored. over: when
    nothing more could commit to the database that was lost."""

    marked: float
    over: float


class Answer(Protocol):
    """What counts of an answer here."""

    @property
    def order_id(self) -> str | None: ...

    @property
    def at(self) -> float: ...


def undone_orders(answers: Iterable[Answer], stored: Collection[str], restores: Iterable[Undone]) -> frozenset[str]:
    """The orders that are not stored, and whose first answer came between such a moment and its restore.

    An order whose answer came before the moment had committed before it, so it must be there.
    """
    first: dict[str, float] = {}
    for answer in answers:
        if answer.order_id:
            first[answer.order_id] = min(answer.at, first.get(answer.order_id, answer.at))
    windows = [*restores]
    return frozenset(
        order_id
        for order_id, at in first.items()
        if order_id not in stored and any(each.marked < at <= each.over for each in windows)
    )
