"""All metrics as one list, and those of a kind of process."""

from pedidos.telemetry.catalogue import (
    connections,
    consumers,
    keys,
    notifications,
    orders,
    payments,
    relay,
    spans,
    steps,
    streams,
    unfinished,
    whole_platform,
)
from pedidos.telemetry.metric import Metric, Recorder

SUBJECTS = (
    *(orders, connections, relay, consumers, notifications, steps, payments),
    *(unfinished, streams, whole_platform, spans, keys),
)
"""The modules that declare metrics, in the order of an order's way."""

CATALOGUE: tuple[Metric[object], ...] = tuple(
    each for subject in SUBJECTS for each in vars(subject).values() if isinstance(each, Metric)
)
"""Every metric, in the order of the subjects."""


def of(process: Recorder) -> list[Metric[object]]:
    """The metrics that this kind of process records."""
    return [metric for metric in CATALOGUE if process in metric.by]
