"""The dashboards for Grafana, built from the catalogue of metrics: an overview, and a panel for every metric.

Every expression works with Prometheus and VictoriaMetrics. Import the files of deploy/grafana, or let Grafana provision
them.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grafana_foundation_sdk.builders import dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef, GridPos

from pedidos.telemetry.catalogue.every import of
from pedidos.telemetry.catalogue.orders import (
    ORDERS_ACCEPT_SECONDS,
    ORDERS_ACCEPTED,
    ORDERS_CONFIRM_SECONDS,
    ORDERS_REFUSED,
    ORDERS_SEEN_SECONDS,
    OUR_FAULT,
)
from pedidos.telemetry.catalogue.payments import GATEWAY_ANSWERS
from pedidos.telemetry.catalogue.steps import STEP_BATCH_ORDERS, STEP_RUNNING
from pedidos.telemetry.catalogue.whole_platform import (
    CONSUMER_LAG,
    DEAD_LETTERS_OPEN,
    LEDGER_VIOLATIONS,
    OLDEST_ORDER,
    ORDERS,
    PAYMENTS_UNSETTLED,
    PUBLISHING_BLOCKED,
    QUEUE_MESSAGES,
    UNPUBLISHED,
    UNPUBLISHED_AGE,
)
from pedidos.telemetry.metric import Counter, Histogram, Metric, Recorder
from pedidos_dev.documents.metrics import TITLES
from pedidos_local.monitoring.objectives import OBJECTIVES

RATE = "$__rate_interval"
SOURCE = DataSourceRef(type_val="prometheus", uid="${source}")
WIDTH, HEIGHT, COLUMNS = 8, 7, 3
UNITS = {"seconds": "s", "bytes": "bytes"}
"""Units that Grafana shows in its own way; all others are plain numbers."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel: its expressions, each with its legend."""

    title: str
    about: str
    expressions: tuple[tuple[str, str], ...]
    unit: str = "short"


def overview() -> str:
    """The dashboard that an operator opens first, in JSON."""
    return _json("pedidos", "pedidos: overview", [("", list(_first())), ("Behind", list(_behind()))])


def every_metric() -> str:
    """A dashboard with a panel for each metric, by the kind of process that records it."""
    rows = [(TITLES[each], [_panel(metric) for metric in of(each) if metric.by[0] is each]) for each in Recorder]
    return _json("pedidos-metrics", "pedidos: every metric", [row for row in rows if row[1]])


def _first() -> Iterator[Shown]:
    yield Shown(
        "Orders per second",
        "Accepted, confirmed, and refused through no fault of the customer.",
        (
            (f"sum(rate({ORDERS_ACCEPTED.exposed}[{RATE}]))", "accepted"),
            (f"sum(rate({ORDERS_CONFIRM_SECONDS.exposed}_count[{RATE}]))", "confirmed"),
            (
                f'sum(rate({ORDERS_REFUSED.exposed}{{reason=~"{"|".join(OUR_FAULT)}"}}[{RATE}]))',
                "refused",
            ),
        ),
    )
    yield Shown(
        "99 % of orders within",
        "Until accepted, until confirmed, until seen by a stream.",
        tuple(
            (_quantile(0.99, metric), name)
            for metric, name in (
                (ORDERS_ACCEPT_SECONDS, "accepted"),
                (ORDERS_CONFIRM_SECONDS, "confirmed"),
                (ORDERS_SEEN_SECONDS, "seen"),
            )
        ),
        "s",
    )
    yield Shown(
        "Errors, as a share of the objective's budget",
        "At 1 the budget of 28 days lasts 28 days.",
        tuple(
            (
                f"{objective.bad.format(w=RATE)} / ({objective.total.format(w=RATE)}) / {1 - objective.target:.6g}",
                objective.name,
            )
            for objective in OBJECTIVES
        ),
    )
    yield Shown(
        "Orders by state",
        "Those that the platform still has to move.",
        ((f'{ORDERS.exposed}{{status=~"received|validated|reserved|charging|paid"}}', "{{status}}"),),
    )
    yield Shown(
        "Ledger, dead letters, payments",
        "The first must be 0.",
        (
            (f"sum({LEDGER_VIOLATIONS.exposed})", "violations of the ledger"),
            (DEAD_LETTERS_OPEN.exposed, "open dead letters"),
            (PAYMENTS_UNSETTLED.exposed, "unsettled payments"),
        ),
    )
    yield Shown(
        "Processor seconds per second",
        "By kind of process; a worker's children are not in it.",
        ((f"sum by (job) (rate(process_cpu_seconds_total[{RATE}]))", "{{job}}"),),
    )


def _behind() -> Iterator[Shown]:
    yield Shown(
        "Age of the oldest",
        "The oldest order in flight, and the oldest event that is not published.",
        ((OLDEST_ORDER.exposed, "order"), (UNPUBLISHED_AGE.exposed, "event")),
        "s",
    )
    yield Shown(
        "Waiting",
        "Events at the relay, records at Kafka, messages in the queues.",
        (
            (UNPUBLISHED.exposed, "events"),
            (f"sum by (group) ({CONSUMER_LAG.exposed})", "records of {{group}}"),
            (f"sum by (queue) ({QUEUE_MESSAGES.exposed})", "messages of {{queue}}"),
        ),
    )
    yield Shown(
        "What holds publishing up",
        "1 while publishing waits for it.",
        ((PUBLISHING_BLOCKED.exposed, "{{by}}"),),
    )
    yield Shown(
        "Batches that run now",
        "By step, over all workers.",
        ((f"sum by (step) ({STEP_RUNNING.exposed})", "{{step}}"),),
    )
    yield Shown(
        "Orders per batch",
        "By step: batches grow with the backlog.",
        ((_mean(STEP_BATCH_ORDERS, ("step",)), "{{step}}"),),
    )
    yield Shown(
        "Answers of the payment gateway per second",
        "By verdict.",
        ((f"sum by (verdict) (rate({GATEWAY_ANSWERS.exposed}[{RATE}]))", "{{verdict}}"),),
    )


def _panel(metric: Metric[object]) -> Shown:
    """What suits the kind of the metric."""
    labels = tuple(label.name for label in metric.labels)
    legend = " ".join(f"{{{{{label}}}}}" for label in labels)
    unit = UNITS.get(metric.unit, "short")
    title = metric.exposed
    if isinstance(metric, Histogram) and metric.unit == "seconds":
        shown = tuple((_quantile(q, metric, labels), f"{100 * q:g} % {legend}".rstrip()) for q in (0.5, 0.99))
    elif isinstance(metric, Histogram):
        shown = ((_mean(metric, labels), f"mean {legend}".rstrip()),)
    elif isinstance(metric, Counter):
        shown = ((_sum(f"rate({metric.exposed}[{RATE}])", labels), legend or "per second"),)
    elif metric.name.endswith("_timestamp_seconds"):
        shown = ((f"time() - {metric.exposed}", f"{legend} {{{{instance}}}} seconds ago".strip()),)
    else:
        shown = ((_sum(metric.exposed, (*labels, "instance")), f"{legend} {{{{instance}}}}".strip()),)
    return Shown(title, f"{metric.about} {metric.why}", shown, unit)


def _sum(expression: str, labels: Iterable[str]) -> str:
    by = ", ".join(labels)
    return f"sum by ({by}) ({expression})" if by else f"sum({expression})"


def _quantile(share: float, metric: Histogram, labels: tuple[str, ...] = ()) -> str:
    return f"histogram_quantile({share:g}, {_sum(f'rate({metric.exposed}_bucket[{RATE}])', ('le', *labels))})"


def _mean(metric: Histogram, labels: tuple[str, ...]) -> str:
    total, count = (_sum(f"rate({metric.exposed}_{end}[{RATE}])", labels) for end in ("sum", "count"))
    return f"{total} / {count}"


def _json(uid: str, title: str, rows: Iterable[tuple[str, list[Shown]]]) -> str:
    board = (
        dashboard.Dashboard(title)
        .uid(uid)
        .tags(["pedidos"])
        .refresh("15s")
        .time("now-1h", "now")
        .with_variable(dashboard.DatasourceVariable("source").label("Prometheus").type("prometheus"))
    )
    number, y = 0, 0
    for row, panels in rows:
        if row:
            board.with_row(dashboard.Row(row).grid_pos(GridPos(h=1, w=24, x=0, y=y)))
            y += 1
        for place, shown in enumerate(panels):
            number += 1
            spot = GridPos(h=HEIGHT, w=WIDTH, x=WIDTH * (place % COLUMNS), y=y + HEIGHT * (place // COLUMNS))
            board.with_panel(_built(shown, number).grid_pos(spot))
        y += HEIGHT * (-(-len(panels) // COLUMNS))
    return json.dumps(board.build(), cls=JSONEncoder, indent=2, ensure_ascii=False) + "\n"


def _built(shown: Shown, number: int) -> timeseries.Panel:
    panel = timeseries.Panel().id(number).title(shown.title).description(shown.about).unit(shown.unit).min(0)
    for place, (expression, legend) in enumerate(shown.expressions):
        query = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(chr(ord("A") + place))
        panel.with_target(query)
    return panel.datasource(SOURCE)
