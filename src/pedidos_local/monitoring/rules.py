"""Objectives and alerts as a file of rules, which Prometheus and VictoriaMetrics' vmalert read."""

from collections.abc import Iterator

from pedidos_local.monitoring.alerts import ALERTS, Alert
from pedidos_local.monitoring.objectives import BURNS, OBJECTIVES, WINDOWS, Burn, Objective

RECORD = "pedidos:objective_errors:ratio_rate{w}"
RUNBOOK = "docs/runbook.md"
MIN_LIMIT = 4.0
"""In seconds: no drill makes a limit on an age shorter, because figures are read once per scrape."""

HEAD = """\
# Written by `./pedidos docs` from src/pedidos_local/monitoring. Prometheus and vmalert read it.
# Windows and factors: "The Site Reliability Workbook" (Google, 2018), chapter 5.
groups:
"""


def rules(speed: float = 1.0) -> str:
    """The file, in YAML. speed: by how much every window and every wait is shorter, for a drill that cannot wait."""
    objectives = [line for objective in OBJECTIVES for line in _objective(objective, speed)]
    return "".join([HEAD, *objectives, *_alerts(speed)])


def duration(seconds: float) -> str:
    """As Prometheus writes it: 5m, 1h, 3d."""
    for unit, name in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds / unit:.0f}{name}"
    return f"{seconds * 1000:.0f}ms"


def _scaled(seconds: float, speed: float) -> str:
    return duration(max(1.0, round(seconds / speed))) if seconds else "0s"


def _objective(objective: Objective, speed: float) -> Iterator[str]:
    """One group, because the rules of a group run one after the other: the alerts see what was just recorded."""
    yield f"  - name: {objective.name}\n    rules:\n"
    for window in WINDOWS:
        w = _scaled(window, speed)
        bad, total = (text.format(w=w) for text in (objective.bad, objective.total))
        yield f"      - record: {_name(window)}\n"
        yield f"        expr: {_quoted(f'{bad} / ({total} > 0)')}\n"
        yield f"        labels: {{objective: {objective.name}}}\n"
    for burn in BURNS:
        yield _alert(_of_burn(objective, burn), speed)


def _name(window: float) -> str:
    """The record of a window: named for the true one, whatever the speed."""
    return RECORD.format(w=duration(window))


def _of_burn(objective: Objective, burn: Burn) -> Alert:
    name = "".join(part.capitalize() for part in objective.name.split("-"))
    limit = f"{burn.factor * (1 - objective.target):.6g}"
    chosen = f'{{objective="{objective.name}"}}'
    return Alert(
        f"{name}BudgetBurns{duration(burn.long)}",
        f"{_name(burn.long)}{chosen} > {limit} and {_name(burn.short)}{chosen} > {limit}",
        burn.severity,
        f"{objective.title} In {duration(burn.long)}, {{{{ $value | humanizePercentage }}}} were not: "
        f"{burn.factor:g} times what the objective of {100 * objective.target:g} % allows.",
        objective.runbook,
    )


def every_alert() -> list[Alert]:
    """All alerts, those of the objectives first."""
    return [*(_of_burn(objective, burn) for objective in OBJECTIVES for burn in BURNS), *ALERTS]


def _alerts(speed: float) -> Iterator[str]:
    yield "  - name: what must not be\n    rules:\n"
    for alert in ALERTS:
        yield _alert(alert, speed)


def _alert(alert: Alert, speed: float) -> str:
    when = alert.when.replace("{w}", _scaled(alert.window, speed))
    when = when.replace("{limit}", f"{max(MIN_LIMIT, alert.limit / speed):g}")
    lasting = f"        for: {_scaled(alert.lasting, speed)}\n" if alert.lasting else ""
    return (
        f"      - alert: {alert.name}\n"
        f"        expr: {_quoted(when)}\n"
        f"{lasting}"
        f"        labels: {{severity: {alert.severity}}}\n"
        f"        annotations:\n"
        f"          summary: {_quoted(alert.summary)}\n"
        f"          runbook: {RUNBOOK}#{alert.runbook}\n"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
