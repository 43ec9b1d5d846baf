"""VIPs: who has their price was one of that merchant when the order was placed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CLOCK_SECONDS = 1.0
"""Somebody becomes a VIP, or is none any more, a moment before or after that is noted."""


@dataclass(frozen=True, slots=True)
class VipPrice:
    """An order with a discount that is for VIPs alone. times: when its customer was one of its merchant, each from and
    until, in seconds since the epoch; None: from before what is kept, or until now."""

    order_id: str
    placed_at: float
    times: Sequence[tuple[float | None, float | None]]


def problems(prices: Sequence[VipPrice]) -> Iterator[tuple[str, str | None]]:
    """What is wrong: a customer had the price of VIPs, and was none."""
    for each in prices:
        if not any(_within(each.placed_at, begun, ended) for begun, ended in each.times):
            yield (
                "its discount is for VIPs of its merchant, and its customer was none when it was placed",
                each.order_id,
            )


def _within(at: float, begun: float | None, ended: float | None) -> bool:
    return (begun is None or at >= begun - CLOCK_SECONDS) and (ended is None or at <= ended + CLOCK_SECONDS)
