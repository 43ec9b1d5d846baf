"""The results of a benchmark run: figures per measurement, and the report that contains them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement of one system, done once; a report has several of each.

    measure: what was measured, such as "end_to_end". setting: under which condition, such as "4 workers"; "" for none.
    figures: name → value, the unit in the name (orders_per_second, cpu_ms_per_order, confirmed_p99_ms). cpu: role → CPU
    milliseconds per order. quantiles: name → milliseconds at 0, 1, …, 100 %. findings: what the audit found wrong; a
    run with findings does not count.
    """

    measure: str
    system: str
    setting: str
    figures: Mapping[str, float]
    cpu: Mapping[str, float] = field(default_factory=dict)
    quantiles: Mapping[str, Sequence[float]] = field(default_factory=dict)
    findings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """scale: "quick" or "full". machine and versions: name → value. systems: name → label, in display order. skipped:
    name of what was not run → reason."""

    began_at: str
    seconds: float
    scale: str
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    systems: Mapping[str, str]
    skipped: Mapping[str, str]
    runs: Sequence[Run]
