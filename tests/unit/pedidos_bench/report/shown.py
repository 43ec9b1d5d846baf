"""What the terminal shows of a report."""

from io import StringIO

from rich.console import Console

from pedidos_bench.report import terminal
from pedidos_bench.results import Report


def printed(report: Report) -> str:
    out = StringIO()
    terminal.show(report, Console(file=out, width=200))
    return out.getvalue()
