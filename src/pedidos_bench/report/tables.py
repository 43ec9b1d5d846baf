"""The tables of a report as values, for the terminal and the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pedidos_bench.report import names
from pedidos_bench.report.medians import Case, Medians, Result, Spread
from pedidos_bench.report.words import heading, words

MAIN = (
    ("end_to_end", names.THROUGHPUT),
    ("end_to_end", "accept_p50_ms"),
    ("end_to_end", "accept_p99_ms"),
    ("end_to_end", names.CPU),
    ("low_load", "confirmed_p50_ms"),
    ("low_load", "confirmed_p99_ms"),
    ("low_load", "seen_p99_ms"),
)
"""The main figures for comparing systems: (measure, figure)."""


@dataclass(frozen=True, slots=True)
class Table:
    """columns: (heading, unit). rows: (label, a cell per column, None where nothing was measured)."""

    title: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, Sequence[Spread | None]]]


def main_figures(figures: Medians) -> Table:
    """Systems × the main figures."""
    systems = dict.fromkeys(case.system for case in figures.results if not names.is_floor(case.system))
    wanted = [each for each in MAIN if any(figures.figure(each[0], system, each[1]) for system in systems)]
    rows = [(system, [figures.figure(measure, system, figure) for measure, figure in wanted]) for system in systems]
    return Table(
        "main figures",
        [_titled(measure, figure) for measure, figure in wanted],
        [row for row in rows if any(row[1])],
    )


def cpu_by_role(figures: Medians, measure: str) -> Table:
    """CPU milliseconds per order: systems × roles, with the sum."""
    results = {case: result for case, result in figures.of(measure).items() if result.cpu}
    roles = list(dict.fromkeys(role for result in results.values() for role in result.cpu))
    return Table(
        f"CPU per order by process, {words(measure)}",
        [(role, "ms") for role in roles] + [("in all", "ms")],
        [
            (_label(case), [*(result.cpu.get(role) for role in roles), result.figures.get(names.CPU)])
            for case, result in results.items()
        ],
    )


def all_figures(figures: Medians, measure: str) -> Table:
    """Everything that was measured: systems and settings × figures."""
    results = figures.of(measure)
    wanted = list(dict.fromkeys(figure for result in results.values() for figure in result.figures))
    return Table(words(measure), [heading(figure) for figure in wanted], list(_rows(results.items(), wanted)))


def _rows(
    results: Iterable[tuple[Case, Result]], wanted: Sequence[str]
) -> Iterable[tuple[str, Sequence[Spread | None]]]:
    for case, result in results:
        yield _label(case), [result.figures.get(figure) for figure in wanted]


def _label(case: Case) -> str:
    return f"{case.system}, {case.setting}" if case.setting else case.system


def _titled(measure: str, figure: str) -> tuple[str, str]:
    what, unit = heading(figure)
    return (what if measure == "end_to_end" else f"{what} ({words(measure)})"), unit
