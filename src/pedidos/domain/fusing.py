"""Decides which steps one commit may do together, and which orders take the steps one by one."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from itertools import pairwise

from pedidos.domain.payment import Answer
from pedidos.domain.steps import NEXT, Step

OPENING = (Step.VALIDATE, Step.RESERVE, Step.CHARGE)
"""The steps of the commit before the gateway is asked. Of the last one, it does the intent."""

CLOSING = (Step.CHARGE, Step.CONFIRM)
"""The steps of the commit after the gateway has answered. Of the first one, it does the record of the answer."""


class OneByOne(StrEnum):
    """Why orders take the steps one by one."""

    INVALID = "invalid"
    SCARCE = "scarce"
    """There are too few units for all of them. Which get some is decided under a lock."""
    COUPON = "coupon"
    """They want to use a coupon, which is given out under a lock."""
    HELD = "held"
    """Another session holds a row that they need."""
    FAILED = "failed"
    """The commit failed. One of the orders is at fault; the single steps find out which."""
    SLOW = "slow"
    """The gateway is slow: other steps must not wait in line behind the charges."""


def are_neighbours(steps: Sequence[Step]) -> bool:
    """Whether each of the steps follows the one before. If a step was added between them, no commit may do them
    together, because it would leave that step out."""
    return all(earlier in NEXT and NEXT[earlier].step is later for earlier, later in pairwise(steps))


def is_slow(answers: Collection[Answer]) -> bool:
    """Whether the gateway is slow: at least half of its answers, of which there is one or more, were late."""
    return 2 * sum(answer.late for answer in answers) >= len(answers)
