"""Decides whether an order waits too long at its merchant: on time, soon late, or late."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from pedidos.domain.order import Status


class Lateness(StrEnum):
    ON_TIME = "on_time"
    SOON_LATE = "soon_late"
    LATE = "late"


class Patience(NamedTuple):
    """How long an order may stay in a state: after `soon` it is soon late, after `late` it is late."""

    soon: timedelta
    late: timedelta


PATIENCE: Mapping[Status, Patience] = MappingProxyType(
    {
        Status.CONFIRMED: Patience(timedelta(minutes=2), timedelta(minutes=4)),
        Status.PREPARING: Patience(timedelta(minutes=15), timedelta(minutes=25)),
        Status.ON_ITS_WAY: Patience(timedelta(minutes=30), timedelta(minutes=50)),
    }
)
"""The states in which an order waits for its merchant, in the sequence in which it reaches them."""


def lateness(status: Status, since: datetime, now: datetime) -> Lateness:
    """Of an order that is in this state since then. In a state that waits for no merchant, it is on time."""
    patience = PATIENCE.get(status)
    if patience is None or now - since < patience.soon:
        return Lateness.ON_TIME
    return Lateness.LATE if now - since >= patience.late else Lateness.SOON_LATE
