"""Keeps the figures in a file, so that the last hour outlives a restart of the process.

The file is as large as what is kept in memory: about a megabyte. It has the names of its series, so another version
reads what it knows. What is damaged, or of the future, is left out: then the hour begins again.
"""

import contextlib
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import structlog

from pedidos.processes.web.figures.exposition import Series
from pedidos.processes.web.figures.kept import KEPT, Point

MOST_BYTES = 16_000_000
"""A larger file is not ours."""

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Kept:
    """points: oldest first. sums, last, before: the state of Totals. progressed: when an order last moved, in seconds
    since the epoch."""

    points: list[Point] = field(default_factory=list)
    sums: Mapping[str, float] = field(default_factory=dict)
    last: Mapping[str, Series] = field(default_factory=dict)
    before: float | None = None
    progressed: float | None = None


class FiguresFile:
    """path: None if nothing is to be kept."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def read(self, now: float) -> Kept:
        """What was kept until now (seconds since the epoch). Nothing if there is no file, or it cannot be read."""
        if self._path is None:
            return Kept()
        try:
            with self._path.open("rb") as file:
                text = file.read(MOST_BYTES + 1)
            return _kept(orjson.loads(text[:MOST_BYTES]), now)
        except FileNotFoundError:
            return Kept()
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            logger.warning("figures not read", file=str(self._path), error=repr(error))
            return Kept()

    def write(self, kept: Kept) -> None:
        """Replaces the file. One that cannot be written is reported in the log, and nothing else happens."""
        if self._path is None:
            return
        unfinished = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(_text(kept))
            unfinished.replace(self._path)
        except OSError as error:
            logger.warning("figures not kept", file=str(self._path), error=str(error))
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)


def _text(kept: Kept) -> bytes:
    return orjson.dumps(
        {
            "series": list(KEPT),
            "points": [[point.at, *point.values] for point in kept.points],
            "sums": dict(kept.sums),
            "last": {name: dict(series) for name, series in kept.last.items()},
            "before": kept.before,
            "progressed": kept.progressed,
        }
    )


def _kept(found: Any, now: float) -> Kept:
    """Raises ValueError, TypeError, KeyError or AttributeError if it is not such an object."""
    places = [KEPT.get(name) for name in found["series"]]
    points = [_point(float(at), values, places) for at, *values in found["points"] if at <= now]
    return Kept(
        sorted(points, key=lambda point: point.at),
        {str(name): float(value) for name, value in found["sums"].items()},
        {str(name): {each: float(value) for each, value in series.items()} for name, series in found["last"].items()},
        _time(found["before"], now),
        _time(found["progressed"], now),
    )


def _point(at: float, values: list[Any], places: list[int | None]) -> Point:
    of_point = array("d", bytes(8 * len(KEPT)))
    for place, value in zip(places, values, strict=True):
        if place is not None:
            of_point[place] = float(value)
    return Point(at, of_point)


def _time(found: Any, now: float) -> float | None:
    return None if found is None or float(found) > now else float(found)
