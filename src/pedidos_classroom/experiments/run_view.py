"""An experiment as it is shown, on a page or in a terminal: its steps, its figures and the verdict of the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pedidos_classroom.experiments.card import Card, Choice
from pedidos_classroom.experiments.catalogue import EXPERIMENTS


@dataclass(frozen=True, slots=True)
class RunView:
    """choice: what was predicted. ended: how, None while it goes on. verdicts: None before the ledger's. seconds: until
    what was under way had come to its end, of `within` that are promised. repeat: a command that does the same."""

    card: Card
    choice: Choice | None
    goes_on: bool
    ended: str | None
    steps: Sequence[Mapping[str, Any]]
    figures: Sequence[Mapping[str, Any]]
    verdicts: Sequence[Mapping[str, Any]] | None
    trouble: str | None
    seconds: float | None
    within: float | None
    repeat: str | None
    asked_again: int | None = None

    @property
    def holds(self) -> bool:
        return self.verdicts is not None and all(verdict["holds"] for verdict in self.verdicts)

    @property
    def result(self) -> Mapping[str, Any]:
        """What a lesson reads off an experiment that has its verdicts."""
        return {
            "verdicts": self.verdicts,
            "seconds": self.seconds,
            "within": self.within,
            "asked_again": self.asked_again,
        }

    @property
    def rates(self) -> Sequence[Mapping[str, Any]]:
        """Per second, where there are figures for two seconds in a row."""
        return rates_of(self.figures)

    @property
    def latest(self) -> Mapping[str, Any] | None:
        rates = self.rates
        return rates[-1] if rates else None

    @property
    def broken(self) -> Sequence[tuple[float, float | None]]:
        """From when to when something was broken; None: it still is."""
        spans: list[tuple[float, float | None]] = []
        for step in self.steps:
            if step["step"] == "broken" and not (spans and spans[-1][1] is None):
                spans.append((step["at"], None))
            elif step["step"] == "mended" and spans:
                spans[-1] = (spans[-1][0], step["at"])
        return spans

    def is_broken_at(self, at: float) -> bool:
        """Whether something was broken then. at: seconds since the beginning."""
        return any(began <= at and (ended is None or at <= ended) for began, ended in self.broken)


def view_of(run: Mapping[str, Any] | None) -> RunView | None:
    """The view of what the supervisor knows of the last experiment."""
    card = None if run is None else EXPERIMENTS.get(run["name"])
    if run is None or card is None:
        return None
    lines = run["lines"]
    result: Mapping[str, Any] = next((line for line in lines if "verdicts" in line), {})
    return RunView(
        card,
        card.choice(run["prediction"]),
        run["ended"] is None,
        run["ended"],
        [line for line in lines if "step" in line],
        [line for line in lines if "figures" in line],
        result.get("verdicts"),
        next((line["trouble"] for line in lines if "trouble" in line), None),
        result.get("seconds"),
        result.get("within"),
        result.get("repeat"),
        result.get("asked_again"),
    )


def rates_of(figures: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What changes from line to line of the figures, per second."""
    return [
        {
            "at": now["at"],
            "accepted": _rate(before, now, "accepted"),
            "confirmed": _rate(before, now, "confirmed"),
            "waiting": now["figures"]["waiting"],
            "lag": now["figures"]["lag"],
            "queued": now["figures"]["queued"],
            "unpublished": now["figures"]["unpublished"],
        }
        for before, now in pairwise(figures)
    ]


def _rate(before: Mapping[str, Any], now: Mapping[str, Any], name: str) -> float | None:
    first, second = before["figures"][name], now["figures"][name]
    if first is None or second is None:
        return None
    per_second: float = max(0, second - first) / max(0.001, now["at"] - before["at"])
    return round(per_second, 1)
