"""Gathers the log lines about an order from the files of all programs."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from pedidos_local import logfiles


class Line(NamedTuple):
    """A line of a program's log. at: in seconds since the epoch, as the line says."""

    at: float
    program: str
    text: str


def lines_about(order_id: UUID, paths: Iterable[Path]) -> list[Line]:
    """The lines that name the order, by their time. paths: the newest file of each log; older ones are read too."""
    return sorted(line for path in paths for line in _lines(order_id, path))


def _lines(order_id: UUID, path: Path) -> Iterator[Line]:
    wanted = str(order_id).encode(), order_id.hex.encode()
    for file in logfiles.with_older(path):
        with suppress(FileNotFoundError), file.open("rb") as lines:  # it may be rotated meanwhile
            for line in lines:
                if any(each in line for each in wanted):
                    text = line.decode(errors="replace").rstrip("\n")
                    yield Line(_time(text), path.stem, text)


def _time(text: str) -> float:
    """The time of a line: ours have an ISO 8601 timestamp, Caddy's a number. 0 for lines without."""
    with suppress(ValueError, TypeError, AttributeError):
        line = json.loads(text)
        if "timestamp" in line:
            return datetime.fromisoformat(line["timestamp"]).astimezone(UTC).timestamp()
        return float(line.get("ts", 0))
    return 0.0
