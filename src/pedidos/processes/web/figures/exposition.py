"""Reads what a process answers at /metrics, in Prometheus' older text format, as a value per series.

A series is the text before the value, such as pedidos_step_moved_orders_total{step="charge"}. Our processes write their
labels in a fixed order, and no label needs an escape: telemetry/catalogue has closed sets of values.
"""

import http.client
from collections.abc import Mapping
from typing import Any

from pedidos.telemetry.metric import Metric

MOST_BYTES = 1_000_000
"""A text of a process has some kilobytes."""

VERSION = "pedidos_build_info"
STARTED = "process_start_time_seconds"
CPU = "process_cpu_seconds_total"
MEMORY = "process_resident_memory_bytes"

Series = Mapping[str, float]


class NotRead(Exception):
    """The process did not answer, or with something else. The message says what."""


def series(metric: Metric[Any], ending: str = "", **labels: str) -> str:
    """The name of a series. ending: _count, _sum or _bucket of a histogram."""
    inside = ",".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
    return f"{metric.exposed}{ending}{{{inside}}}" if inside else f"{metric.exposed}{ending}"


def read(address: str, seconds: float) -> Series:
    """The series of the process at this address. Raises NotRead."""
    connection = http.client.HTTPConnection(address, timeout=seconds)
    try:
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        if answer.status != http.HTTPStatus.OK:
            raise NotRead(f"HTTP {answer.status}")
        return parse(answer.read(MOST_BYTES).decode())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotRead(str(error) or type(error).__name__) from error
    finally:
        connection.close()


def parse(text: str) -> Series:
    """The value of each series in the text. Raises ValueError if it is not such a text."""
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            found[name] = float(value)
    return found


def version_in(found: Series) -> str | None:
    """The version that the process runs; None if it does not say."""
    name = next((name for name in found if name.startswith(VERSION)), None)
    return name.split('"')[1] if name and '"' in name else None
