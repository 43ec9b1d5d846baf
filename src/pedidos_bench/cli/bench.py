"""bench: measures this platform, its peers and its parts in one run."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pedidos.cli.language import phrase, told
from pedidos.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from pedidos_bench.results import Report
    from pedidos_bench.sizes import Sizes


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.add_typer(bench, name="bench")


bench = typer.Typer(no_args_is_help=True, help="Measure the platform, its peers and its parts in one run.")

Only = Annotated[list[str] | None, typer.Option("--only", help="A measurement to do; repeat it for several.")]
Systems = Annotated[list[str] | None, typer.Option("--systems", help="A system to measure; repeat it for several.")]
Fetch = Annotated[
    bool,
    typer.Option(
        "--fetch-restate", help="Download Restate's server (Business Source License 1.1) with npm, if absent."
    ),
]
Out = Annotated[Path, typer.Option("--out", help="Folder for report.json and report.html.")]

HERE = Path()
FILE_WIDTH = 180
"""Characters in a line when the output is not a terminal and has no width: no figure is cut off."""


@bench.command()
def quick(only: Only = None, systems: Systems = None, fetch_restate: Fetch = False, out: Out = HERE) -> None:
    """Measure the main figures, in under three minutes."""
    from pedidos_bench.sizes import QUICK

    _run(QUICK, only, systems, out, fetch_restate=fetch_restate)


@bench.command()
def full(only: Only = None, systems: Systems = None, fetch_restate: Fetch = False, out: Out = HERE) -> None:
    """Measure everything, three times."""
    from pedidos_bench.sizes import FULL

    _run(FULL, only, systems, out, fetch_restate=fetch_restate)


@bench.command()
def compare(
    before: Annotated[Path, typer.Argument(help="report.json of one run.")],
    after: Annotated[Path, typer.Argument(help="report.json of another one.")],
) -> None:
    """Show two reports side by side."""
    from pedidos_bench.report.compare import compare as show
    from pedidos_bench.report.json_file import NotAReport, load

    try:
        show(load(before), load(after), _console())
    except (NotAReport, OSError) as problem:
        typer.echo(told(problem), err=True)
        raise typer.Exit(2) from problem


@bench.command()
def attacks(
    only: Annotated[list[str] | None, typer.Option("--only", help="An attack; repeat it for several.")] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=1.0, help="How long orders are placed, each time.")] = 15.0,
) -> None:
    """Measure orders during each attack, beside orders without one. Each attack gets a fresh platform."""
    import signal

    from pedidos_bench.attacks.table import ATTACKS
    from pedidos_bench.measures.attacked import measure
    from pedidos_bench.report.attacks import drawn
    from pedidos_bench.servers import running

    names = _chosen(Sentence("attack"), only or tuple(ATTACKS), tuple(ATTACKS))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    runs = []
    with running() as servers:
        for name in names:
            typer.echo(f"{name}: {told(ATTACKS[name].about)}")
            runs.append(measure(servers, name, seconds))
    _console().print(drawn(runs))
    findings = [finding for run in runs for finding in run.findings]
    for finding in findings:
        typer.echo(finding, err=True)
    if findings:
        raise typer.Exit(1)


def _run(sizes: "Sizes", only: list[str] | None, systems: list[str] | None, out: Path, *, fetch_restate: bool) -> None:
    import signal

    from pedidos_bench import catalogue
    from pedidos_bench.report import html, json_file, terminal
    from pedidos_bench.run import Benchmark

    every = {system.name: system for system in catalogue.systems(fetch_restate=fetch_restate)}
    measures = _chosen(Sentence("measurement"), only or sizes.measures, catalogue.MEASURES)
    named = _chosen(Sentence("system"), systems or sizes.systems or tuple(every), tuple(every))
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()

    def say(words: str) -> None:
        typer.echo(f"{time.monotonic() - began:7.1f} s  {words}")

    def keep(report: "Report") -> None:
        json_file.save(report, out / "report.json")

    # SIGTERM acts like an interrupt, so that everything that was started is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    benchmark = Benchmark(sizes, measures, [every[name] for name in named], say, keep)
    try:
        benchmark.run()
    finally:  # an interrupted run has a report of what it measured before
        report = benchmark.report()
        keep(report)
        (out / "report.html").write_text(html.page(report), "utf-8")
        terminal.show(report, _console())
        typer.echo(f"\n{out / 'report.html'}")
    if any(run.findings for run in report.runs):
        raise typer.Exit(1)


def _console() -> "Console":
    import sys

    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else FILE_WIDTH)


def _chosen(what: str, wanted: "Sequence[str]", known: "Sequence[str]") -> list[str]:
    unknown = [name for name in wanted if name not in known]
    if unknown:
        typer.echo(
            phrase(
                "There is no {what} {name}. There are: {known}.",
                what=what,
                name=unknown[0],
                known=", ".join(known),
            ),
            err=True,
        )
        raise typer.Exit(2)
    return [name for name in known if name in wanted]
