"""CPU per order by role: from a report of the benchmark, or from constants."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pedidos.sentence import Sentence
from pedidos_bench.report import names
from pedidos_bench.report.medians import Case, medians
from pedidos_bench.results import Report

LIVE = "live"


class NoCosts(Exception):
    """The report has no run that counts of this platform end to end, with its CPU by role."""


@dataclass(frozen=True, slots=True)
class Costs:
    """full: role → CPU milliseconds for one order while batches are large. alone: role → what an order costs more when
    it is alone in its batches. client: CPU milliseconds of the load client per request. source: of these figures."""

    source: str
    full: Mapping[str, float]
    alone: Mapping[str, float] = field(default_factory=dict)
    client: float = 0.0


KNOWN = Costs(
    source=(
        "a prototype of this design, measured on two quiet cores at 1,160 to 1,180 orders/s without"
        " TLS; a Celery message costs 1 to 1.5 ms, of which the middle is used"
    ),
    full={
        "api": 0.55,
        "relay": 0.21,
        "bridge": 0.09,
        "worker": 0.27,
        "postgres": 0.37,
        "kafka": 0.07,
        "valkey": 0.02,
    },
    alone={"worker": 1.25},  # one message for all steps
)


def of_report(report: Report) -> Costs:
    """Reads the costs from the end-to-end runs. The live process reads nothing without watchers: its costs are those of
    the run in which every customer watches. alone: the additional cost of an order at low load. Raises NoCosts."""
    found = medians(report)
    end_to_end = found.results.get(Case("end_to_end", names.OURS, ""))
    if end_to_end is None or not end_to_end.cpu:
        raise NoCosts(Sentence("The report has no valid end-to-end run of this platform with CPU by role."))
    full = {role: spread.median for role, spread in end_to_end.cpu.items()}
    watched = found.results.get(Case("watched", names.OURS, ""))
    if watched is not None and LIVE in watched.cpu:
        full[LIVE] = watched.cpu[LIVE].median
    low = found.results.get(Case("low_load", names.OURS, ""))
    alone = {} if low is None else {role: max(0.0, each.median - full.get(role, 0.0)) for role, each in low.cpu.items()}
    client = end_to_end.figures.get("load_client_cpu_ms_per_order")
    source = f"the benchmark begun {report.began_at} on {report.machine.get('cores', '?')} cores"
    return Costs(source, full, alone, 0.0 if client is None else client.median)
