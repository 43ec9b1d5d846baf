"""A report in the terminal."""

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from pedidos_bench.report import goals, tables
from pedidos_bench.report.medians import Medians, Spread, medians
from pedidos_bench.report.words import number, spread, words
from pedidos_bench.results import Report

_STYLES = {
    goals.State.REACHED: "bold green",
    goals.State.MET: "green",
    goals.State.MISSED: "bold red",
    goals.State.UNMEASURED: "dim",
}


def show(report: Report, console: Console) -> None:
    """Prints the tables (main figures, CPU by role, every other measurement, goals) and the runs that do not count."""
    figures = medians(report)
    shown = [tables.main_figures(figures)]
    for measure in figures.measures():
        shown += [tables.all_figures(figures, measure), tables.cpu_by_role(figures, measure)]
    for table in shown:
        if table.rows and table.columns:
            console.print(_drawn(table))
    console.print(_goals(figures))
    for run in figures.not_counted:
        line = f"not counted: {words(run.measure)} of {run.system} {run.setting}".rstrip()
        console.print(Text(f"{line}: {'; '.join(run.findings)}", style="red"))
    for name, why in report.skipped.items():
        console.print(Text(f"not run: {name}: {why}", style="yellow"))


def _drawn(table: tables.Table) -> RichTable:
    drawn = RichTable(title=Text(table.title), title_justify="left")
    drawn.add_column("")
    for what, unit in table.columns:
        drawn.add_column(Text(f"{what}\n{unit}" if unit else what), justify="right")
    for label, cells in table.rows:
        drawn.add_row(Text(label), *(_cell(each) for each in cells))
    return drawn


def _cell(figure: Spread | None) -> Text:
    if figure is None:
        return Text("–", style="dim")
    told = Text(number(figure.median), style="bold")
    return told.append(f"\n{spread(figure)}", style="not bold dim") if figure.runs > 1 else told


def _goals(figures: Medians) -> RichTable:
    drawn = RichTable(title="goals", title_justify="left")
    for column, justify in (("", "left"), ("must", "right"), ("reach", "right"), ("found", "right"), ("", "left")):
        drawn.add_column(column, justify=justify)  # type: ignore[arg-type]  # rich's name for the four words is private
    drawn.add_column("how", style="dim")
    for goal, found, state in goals.standings(figures):
        drawn.add_row(
            Text(goal.name),
            goals.bound(goal, goal.must),
            goals.bound(goal, goal.reach),
            "–" if found is None else f"{number(found.value)} {goal.unit}",
            Text(state, style=_STYLES[state]),
            "" if found is None else Text(found.how),
        )
    return drawn
