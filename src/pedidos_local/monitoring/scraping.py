"""Asks a process of a local platform for its metrics."""

import json
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

ANSWER_SECONDS = 2.0


class NoMetrics(Exception):
    """The process does not answer, or is not there; the message says why."""


def address_of(target: Path) -> tuple[str, int]:
    """Host and port of /metrics. target: the file in run/targets where the process says it. Raises OSError,
    ValueError."""
    (address,) = json.loads(target.read_text("utf-8"))[0]["targets"]
    host, _, port = address.rpartition(":")
    return host, int(port)


def scrape(target: Path) -> str:
    """The text of /metrics. target: see address_of. Raises NoMetrics."""
    try:
        connection = HTTPConnection(*address_of(target), timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        finally:
            connection.close()
    except (OSError, HTTPException, ValueError) as error:
        raise NoMetrics(str(error) or type(error).__name__) from error


def value(text: str, name: str, **labels: str) -> float:
    """The sum over the samples of this name that have these labels."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )
