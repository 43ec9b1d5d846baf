"""plan: computes what a given number of orders per second needs, and simulates it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pedidos.cli.language import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from pedidos_bench.plan.fit import Compared
    from pedidos_bench.plan.model import Assumptions, Need, Plan
    from pedidos_bench.plan.pipeline import Prices
    from pedidos_bench.plan.settings import PlanSettings

SIMULATED_SECONDS = 2.0
SIMULATED_ORDERS = (2000, 60_000)
"""Minimum and maximum."""

MOST = 1e9
"""Maximum of the numeric options: there is nothing to plan above it, and infinity cannot be counted."""

KNOWN_CORES = 2
"""Cores of the machine on which the constants were measured."""


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command()(plan)


def plan(
    orders_per_second: Annotated[float, typer.Option(min=0.001, max=MOST, help="Orders per second, on average.")],
    report: Annotated[
        Path | None, typer.Option(help="report.json of a benchmark run; without it, constants with their source.")
    ] = None,
    busy: Annotated[
        float, typer.Option(min=0.05, max=1.0, help="Share of a core that a process may use; the rest is for peaks.")
    ] = 0.6,
    database_cores: Annotated[int, typer.Option(min=1, help="Cores of the largest acceptable PostgreSQL server.")] = 32,
    gateway_ms: Annotated[float, typer.Option(min=0, max=MOST, help="Response time of the payment gateway.")] = 0,
    send_ms: Annotated[float, typer.Option(min=0, max=MOST, help="Wait for Kafka's answer to a batch of events.")] = 0,
    simulate: Annotated[
        bool, typer.Option(help="Also simulate the pipeline, with these counts and as measured.")
    ] = True,
) -> None:
    """Say what a number of orders per second needs, and where each part reaches its limit."""
    from rich.console import Console
    from rich.text import Text

    from pedidos_bench.plan import costs as known
    from pedidos_bench.plan import fit
    from pedidos_bench.plan.model import Assumptions
    from pedidos_bench.plan.model import plan as planned
    from pedidos_bench.plan.settings import PlanSettings
    from pedidos_bench.report.json_file import NotAReport, load
    from pedidos_bench.report.medians import medians

    settings = PlanSettings.load()
    console = Console()
    costs, measured, cores = known.KNOWN, None, KNOWN_CORES
    if report is not None:
        try:
            content = load(report)
            costs, measured = known.of_report(content), medians(content)
            cores = int(content.machine["cores"])
        except (NotAReport, known.NoCosts, OSError, KeyError, ValueError) as error:
            typer.echo(f"{report}: {error}", err=True)
            raise typer.Exit(2) from error
    assumed = Assumptions(
        busy=busy, database_cores=database_cores, gateway_seconds=gateway_ms / 1000, send_seconds=send_ms / 1000
    )
    made = planned(orders_per_second, costs, settings, assumed)
    console.print(Text(f"CPU per order: {costs.source}."))
    _show(made, console)
    if simulate:
        prices = fit.fit(costs, cores, settings)
        _show_simulated(made, prices, settings, assumed, console)
        _show_compared(fit.compare(prices, measured, cores, settings), cores, console)


def _show(made: "Plan", console: "Console") -> None:
    from rich.table import Table

    needs = Table(title=f"{made.orders_per_second:,g} orders/s need", title_justify="left")
    for column, right in (("part", False), ("", True), ("unit", False), ("how", False)):
        needs.add_column(column, justify="right" if right else "left", style="dim" if column == "how" else "")
    for need in made.needs:
        needs.add_row(need.part, *_amount(need), need.because)
    console.print(needs)
    limits = Table(title="what reaches its limit first", title_justify="left")
    limits.add_column("part")
    limits.add_column("orders/s", justify="right")
    limits.add_column("and then")
    for limit in made.limits:
        reached = limit.orders_per_second < made.orders_per_second
        limits.add_row(limit.part, f"{limit.orders_per_second:,.0f}", limit.then, style="bold" if reached else "")
    console.print(limits)


def _show_simulated(
    made: "Plan", prices: "Prices", settings: "PlanSettings", assumed: "Assumptions", console: "Console"
) -> None:
    from pedidos_bench.plan.pipeline import Pipeline

    least, most = SIMULATED_ORDERS
    orders = round(min(max(made.orders_per_second * SIMULATED_SECONDS, least), most))
    waits = assumed.gateway_seconds, assumed.send_seconds
    pipeline = Pipeline(prices, made.counts, made.counts.cores, settings, *waits)
    outcome = pipeline.open_loop([order / made.orders_per_second for order in range(orders)])
    batches = ", ".join(f"{name} {mean:.1f}" for name, mean in outcome.batches.items())
    console.print(
        phrase(
            "Simulated with these, {orders:,} orders on {cores} cores: accept → confirmed p50 {p50:.0f} "
            "ms, p99 {p99:.0f} ms. In a batch on average: {batches}.",
            orders=orders,
            cores=made.counts.cores,
            p50=outcome.confirmed_ms(50),
            p99=outcome.confirmed_ms(99),
            batches=batches,
        )
    )


def _show_compared(compared: "Sequence[Compared]", cores: int, console: "Console") -> None:
    from rich.table import Table

    table = Table(title=f"the simulation against the benchmark, one of each on {cores} cores", title_justify="left")
    for column, right in (("figure", False), ("predicted", True), ("measured", True), ("ratio", True)):
        table.add_column(column, justify="right" if right else "left")
    for each in compared:
        measured, ratio = "not measured", "–"
        if each.measured:
            measured, ratio = f"{each.measured:,.1f} {each.unit}", f"{each.predicted / each.measured:.2f} ×"
        table.add_row(each.figure, f"{each.predicted:,.1f} {each.unit}", measured, ratio)
    console.print(table)


def _amount(need: "Need") -> tuple[str, str]:
    """1.3 TB rather than 1,300,000,000,000 bytes."""
    if not need.unit.startswith("bytes"):
        whole = need.amount >= 10 or need.amount == int(need.amount)
        return (f"{need.amount:,.0f}" if whole else f"{need.amount:.1f}"), need.unit
    amount, prefix = need.amount, ""
    for larger in ("k", "M", "G", "T", "P"):
        if amount < 1000:
            break
        amount, prefix = amount / 1000, larger
    return f"{amount:,.1f}", need.unit.replace("bytes", f"{prefix}B")
