"""Figures over time as one line of text."""

from collections.abc import Sequence
from itertools import pairwise

BARS = "▁▂▃▄▅▆▇█"
GAP = " "
"""Where a figure is not known."""


def sparkline(values: Sequence[float | None], width: int) -> str:
    """At most `width` characters, from zero to the largest value; each stands for the largest of its share."""
    shares = [_largest(share) for share in shared(values, width)]
    top = max((value for value in shares if value is not None), default=0.0)
    return "".join(GAP if value is None else _bar(value, top) for value in shares)


def shared(values: Sequence[float | None], width: int) -> list[Sequence[float | None]]:
    """The values in as many groups as there are characters."""
    count = min(width, len(values))
    edges = [len(values) * place // count for place in range(count + 1)] if count else [0]
    return [values[first:last] for first, last in pairwise(edges)]


def _largest(share: Sequence[float | None]) -> float | None:
    return max((value for value in share if value is not None), default=None)


def _bar(value: float, top: float) -> str:
    return BARS[round(value / top * (len(BARS) - 1))] if top > 0 else BARS[0]
