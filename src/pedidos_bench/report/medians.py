"""Combines several runs of one measurement: the median of each figure, with the lowest and the highest value."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from pedidos_bench.results import Report, Run

TOTAL = "cpu_ms_per_order"
"""The figure that a run's CPU by role adds up to."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over its runs."""

    median: float
    low: float
    high: float
    runs: int

    def overlaps(self, other: "Spread") -> bool:
        """Whether the two ranges overlap: then the runs do not show a difference."""
        return self.low <= other.high and other.low <= self.high


class Case(NamedTuple):
    """A measurement, the system, and the condition."""

    measure: str
    system: str
    setting: str


@dataclass(frozen=True, slots=True)
class Result:
    """All runs of one case together. cpu: role → CPU milliseconds per order. quantiles: name → milliseconds, the median
    of the runs at each per cent."""

    figures: Mapping[str, Spread]
    cpu: Mapping[str, Spread]
    quantiles: Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Medians:
    """results: in the order of the report. not_counted: runs with findings of the audit."""

    results: Mapping[Case, Result]
    not_counted: Sequence[Run]

    def figure(self, measure: str, system: str, figure: str, setting: str = "") -> Spread | None:
        """One figure, or None if no run that counts has it."""
        result = self.results.get(Case(measure, system, setting))
        return None if result is None else result.figures.get(figure)

    def of(self, measure: str) -> dict[Case, Result]:
        """The results of one measurement."""
        return {case: result for case, result in self.results.items() if case.measure == measure}

    def measures(self) -> list[str]:
        """The measurements that have results, each once."""
        return list(dict.fromkeys(case.measure for case in self.results))


def medians(report: Report) -> Medians:
    """The medians of a report. A run with findings does not count."""
    runs: dict[Case, list[Run]] = defaultdict(list)
    for run in report.runs:
        if not run.findings:
            runs[Case(run.measure, run.system, run.setting)].append(run)
    places = {system: place for place, system in enumerate(report.systems)}
    ordered = sorted(runs, key=lambda case: places.get(case.system, len(places)))  # else as they came: sorted is stable
    return Medians({case: _together(runs[case]) for case in ordered}, [run for run in report.runs if run.findings])


def _together(runs: Sequence[Run]) -> Result:
    figures = [dict(run.figures) for run in runs]
    for run, own in zip(runs, figures, strict=True):
        if run.cpu:
            own.setdefault(TOTAL, sum(run.cpu.values()))
    return Result(_spreads(figures), _spreads([run.cpu for run in runs]), _quantiles(runs))


def _spreads(runs: Iterable[Mapping[str, float]]) -> dict[str, Spread]:
    values: dict[str, list[float]] = defaultdict(list)
    for figures in runs:
        for name, value in figures.items():
            values[name].append(value)
    return {name: Spread(median(each), min(each), max(each), len(each)) for name, each in values.items()}


def _quantiles(runs: Sequence[Run]) -> dict[str, Sequence[float]]:
    curves: dict[str, list[Sequence[float]]] = defaultdict(list)
    for run in runs:
        for name, curve in run.quantiles.items():
            curves[name].append(curve)
    return {name: [median(at) for at in zip(*each, strict=True)] for name, each in curves.items()}
