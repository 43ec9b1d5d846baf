"""Percentiles of what was measured."""

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0 to 1) of the values do not exceed: the nearest-rank method.

    Raises ValueError where there are no values.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def quantiles(values: Sequence[float]) -> list[float]:
    """At 0, 1, …, 100 %: 101 values."""
    ordered = sorted(values)
    return [percentile(ordered, share / 100) for share in range(101)]
