"""A report as one HTML page, without scripts, network access or other files."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pedidos_bench.report import charts, goals, names, tables, words
from pedidos_bench.report.medians import Medians, medians
from pedidos_bench.results import Report

_ABOUT = {
    "end_to_end": "Orders from 32 connections, as fast as they are accepted, until the last one is confirmed.",
    "low_load": "A few orders per second: how long an order takes on an idle platform.",
    "steady": "Many orders per second, at a rate below the limit: how long an order takes.",
    "backlog": "Orders accepted with the workers stopped, which are then started.",
    "growth": "The same run with an increasing number of stored orders.",
    "listed": "Many lists are read while orders are placed.",
    "beside": "Orders at a steady rate beside other work for the same servers, in turns with none of it.",
    "idle": "No orders, no watchers, and a long event log.",
    "scale_out": "One step waits, so that cores are not the limit.",
    "shards": "One relay and a log that waits; each send to Kafka waits 5 ms, so that cores are not the limit.",
    "watched": "End to end with an open live stream for every customer.",
    "watchers": "Many open live streams.",
    "slow_charge": "One slow charge among many others.",
    "telemetry": "End to end: nothing measured, everything measured and scraped, and every order traced.",
    "telemetry_low_load": "The same at low load.",
    "pages": "Each kind of page: its first view in a browser with an empty cache, and the server's work.",
    "map_hops": "From an event's time in the log until a browser shows it on the map of the order.",
    "open_pages": "End to end beside customers' open pages, each with its stream through the edge.",
    "page_watchers": "What the streams of open pages take, and when they show an order.",
    "beside_web": "End to end with the process of the pages and without it; no page is open.",
    "extras": "Orders with an address, a fee, a coupon, a tip and a choice, against orders without them.",
    "webhooks": "The notifier and a receiver that answers at once; many that wait; one slow endpoint among many.",
    "footprint": "Memory, CPU and start of the whole platform without orders.",
    "memory": "Memory by process.",
    "floor": "The cost of the parts alone.",
}


@dataclass(frozen=True, slots=True)
class Section:
    """One measurement on the page."""

    name: str
    title: str
    about: str
    charts: list[charts.Chart]
    tables: list[tables.Table]


def page(report: Report) -> str:
    """The whole page. All text from the report is escaped."""
    figures = medians(report)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": words.number, "spread": words.spread, "words": words.words}
    return environment.get_template("page.html").render(
        report=report,
        headlines=_headlines(figures),
        main=tables.main_figures(figures),
        standings=goals.standings(figures),
        bound=goals.bound,
        sections=[_section(figures, measure) for measure in figures.measures()],
        not_counted=figures.not_counted,
    )


def _section(figures: Medians, measure: str) -> Section:
    own = [tables.all_figures(figures, measure), tables.cpu_by_role(figures, measure)]
    return Section(
        measure,
        words.words(measure),
        _ABOUT.get(measure, ""),
        charts.of_measure(figures, measure),
        [table for table in own if table.rows and table.columns],
    )


def _headlines(figures: Medians) -> list[tuple[str, str, str]]:
    """This platform's main figures: (number, unit, description)."""
    wanted = [
        ("end_to_end", names.THROUGHPUT, "orders/s", "confirmed end to end"),
        ("end_to_end", names.CPU, "ms", "CPU per order, in all processes"),
        ("low_load", "confirmed_p50_ms", "ms", "accept → confirmed at low load, p50"),
        ("low_load", "confirmed_p99_ms", "ms", "accept → confirmed at low load, p99"),
    ]
    found = [(figures.figure(measure, names.OURS, figure), unit, what) for measure, figure, unit, what in wanted]
    return [(words.number(each.median), unit, what) for each, unit, what in found if each is not None]
