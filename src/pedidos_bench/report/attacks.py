"""Orders during each attack, as a table in the terminal."""

from collections.abc import Sequence

from rich.table import Table

from pedidos_bench.results import Run

_COLUMNS = {
    "p50_alone_ms": "p50 alone, ms",
    "p50_attacked_ms": "p50 attacked",
    "p99_alone_ms": "p99 alone, ms",
    "p99_attacked_ms": "p99 attacked",
    "refused_attacked": "not accepted",
    "api_mib": "api, MiB",
    "edge_mib": "edge, MiB",
}


def drawn(runs: Sequence[Run]) -> Table:
    """One row for each attack. A dash stands for a figure that there is not, such as a time of no accepted orders."""
    table = Table(title="orders during an attack", title_justify="left")
    table.add_column("attack")
    for words in _COLUMNS.values():
        table.add_column(words, justify="right")
    for run in runs:
        table.add_row(run.setting, *(_cell(run.figures.get(name)) for name in _COLUMNS))
    return table


def _cell(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"
