"""Two reports side by side in the terminal: per figure both medians, their ratio, and whether the runs overlap."""

from collections.abc import Iterator
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pedidos_bench.report.medians import Case, Medians, Spread, medians
from pedidos_bench.report.words import heading, number, spread, words
from pedidos_bench.results import Report


class Difference(NamedTuple):
    """A figure in both reports. ratio: the second median by the first, None where that is 0."""

    case: Case
    figure: str
    first: Spread
    second: Spread
    ratio: float | None

    @property
    def overlap(self) -> bool:
        """Whether the runs overlap, so that they show no difference."""
        return self.first.overlaps(self.second)


def differences(first: Medians, second: Medians) -> Iterator[Difference]:
    """Each figure that both have, in the order of the first; CPU by role as "cpu ROLE"."""
    for case, result in first.results.items():
        other = second.results.get(case)
        if other is None:
            continue
        theirs = {**other.figures, **{f"cpu {role}": each for role, each in other.cpu.items()}}
        ours = {**result.figures, **{f"cpu {role}": each for role, each in result.cpu.items()}}
        for figure, spread_of in ours.items():
            if figure in theirs:
                ratio = theirs[figure].median / spread_of.median if spread_of.median else None
                yield Difference(case, figure, spread_of, theirs[figure], ratio)


def compare(first: Report, second: Report, console: Console) -> None:
    """Prints a table per measurement, and the cases that only one report has. Warns if the machines differ, because
    their figures cannot be compared."""
    ours, theirs = medians(first), medians(second)
    lasting = [name for name in first.machine if not name.startswith("load")]  # load changes
    different = [name for name in lasting if first.machine[name] != second.machine.get(name)]
    if different:
        console.print(Text(f"Not the same machine: {', '.join(different)} differ.", style="bold yellow"))
    found = list(differences(ours, theirs))
    for measure in ours.measures():
        rows = [each for each in found if each.case.measure == measure]
        if rows:
            console.print(_table(words(measure), rows))
    for only, here, there in (("the first", ours, theirs), ("the second", theirs, ours)):
        for case in here.results:
            if case not in there.results:
                console.print(Text(f"only in {only}: {' '.join(filter(None, case))}", style="dim"))


def _table(title: str, rows: list[Difference]) -> Table:
    table = Table(title=Text(title), title_justify="left")
    table.add_column("")
    for column in ("figure", "unit"):
        table.add_column(column)
    for column in ("first", "second", "ratio"):
        table.add_column(column, justify="right")
    table.add_column("")
    for row in rows:
        what, unit = ("CPU " + row.figure.removeprefix("cpu "), "ms/order") if row.figure.startswith("cpu ") else (
            heading(row.figure)
        )  # fmt: skip
        table.add_row(
            Text(", ".join(filter(None, (row.case.system, row.case.setting)))),
            what,
            unit,
            _both(row.first),
            _both(row.second),
            "–" if row.ratio is None else f"{row.ratio:.2f} ×",
            Text("runs overlap", style="dim") if row.overlap else Text("apart", style="bold"),
        )
    return table


def _both(figure: Spread) -> Text:
    told = Text(number(figure.median))
    return told.append(f"\n{spread(figure)}", style="dim") if figure.runs > 1 else told
