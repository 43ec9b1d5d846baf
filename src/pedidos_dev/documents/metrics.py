"""The metrics, as tables."""

from pedidos.telemetry.catalogue.every import CATALOGUE, of
from pedidos.telemetry.metric import Histogram, Label, Metric, Recorder

HEAD = """# Metrics

Each process serves `/metrics` (OpenMetrics, or Prometheus' older text) on an address of its own, without a credential:
the metrics hold counts and durations, and nothing of a person or an order. Every label has a closed set of values.
`./pedidos up` gives each process a free port on loopback and writes it to `run/targets/` in the state folder, for
Prometheus' `file_sd`. In containers it is port 9100 of the inner network. The edge does not lead there.

`PEDIDOS_TELEMETRY=false` switches all of it off. prometheus-client adds `process_*` on Linux: CPU time, memory, files,
and the start, of which `changes()` counts restarts. A worker serves the sums over its children; those of a child that
has ended stay in them. `pedidos_build_info` names the version that a process runs. Timestamps are in seconds since the
epoch.
"""

ROW = """
| metric | kind | labels | meaning | why |
|---|---|---|---|---|
"""

TITLES = {
    Recorder.API: "The api",
    Recorder.LIVE: "The live streams",
    Recorder.WEB: "The pages",
    Recorder.RELAY: "The relay",
    Recorder.CONSUMER: "Consumer groups (the bridge)",
    Recorder.WORKER: "The workers",
    Recorder.SCHEDULER: "The scheduler, and the platform as a whole",
}


def metrics_tables() -> str:
    """The document, in Markdown."""
    tables = "".join(f"\n## {TITLES[each]}\n{ROW}{''.join(map(_row, of(each)))}" for each in Recorder)
    return f"{HEAD}{tables}\n{len(CATALOGUE)} metrics.\n"


def _row(metric: Metric[object]) -> str:
    labels = "; ".join(map(_label, metric.labels)) or "–"
    return f"| `{metric.exposed}` | {_kind(metric)} | {labels} | {metric.about} | {metric.why} |\n"


def _kind(metric: Metric[object]) -> str:
    unit = f", {metric.unit}" if metric.unit else ""
    if isinstance(metric, Histogram):
        return f"histogram{unit}: {', '.join(f'{bound:g}' for bound in metric.buckets)}"
    return f"{metric.kind}{unit}"


def _label(label: Label) -> str:
    return f"`{label.name}`: {', '.join(label.values)}"
