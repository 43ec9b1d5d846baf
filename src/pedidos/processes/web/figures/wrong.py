"""What is wrong, by the same rules as the alerts (deploy/prometheus/alerts.yml), without a Prometheus.

A test compares the names, the times and the limits with those alerts. Rules of its own come last.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pedidos.domain.steps import Step
from pedidos.processes.web.figures.budgets import BURNS, OBJECTIVES, Burn, Objective, burning
from pedidos.processes.web.figures.exposition import series
from pedidos.processes.web.figures.figures import Figures
from pedidos.telemetry.catalogue.consumers import CONSUMER_RECORDS, GROUPS
from pedidos.telemetry.catalogue.keys import SIGNING_KEY_SINCE
from pedidos.telemetry.catalogue.notifications import MAILS_OLDEST, WEBHOOK_ENDPOINTS, WEBHOOK_ENDPOINTS_HELD
from pedidos.telemetry.catalogue.payments import GATEWAY_CIRCUIT
from pedidos.telemetry.catalogue.steps import STEP_BATCH_SECONDS, STEP_FAILED, STEP_RUNNING
from pedidos.telemetry.catalogue.streams import STREAMS, STREAMS_MOST
from pedidos.telemetry.catalogue.whole_platform import (
    CERTIFICATE_END,
    CONSUMER_LAG,
    CONSUMER_STOPPED,
    DEAD_LETTERS_OPEN,
    DISK_FREE,
    DISK_SIZE,
    LEDGER_VIOLATIONS,
    OLDEST_ORDER,
    PUBLISHING_BLOCKED,
    QUEUE_MESSAGES,
    UNPUBLISHED_AGE,
)
from pedidos.telemetry.metric import Metric

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

EXPECTED = ("api", "live", "web", "relay", *GROUPS, "worker", "scheduler")
"""The kinds of process of which each has to run at least once."""

Severity = Literal["page", "ticket"]
Values = Mapping[str, Any]
"""What a rule says about one case: name, count, seconds, bytes or at (seconds since the epoch)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """cases: what the rule finds now. lasting: for how long it must, in seconds, until it is an alert; before that, it
    only waits. window, limit: of the rule, in seconds. runbook: its section of docs/runbook.md."""

    name: str
    severity: Severity
    runbook: str
    cases: "Cases"
    lasting: float = 0.0
    window: float = 0.0
    limit: float = 0.0


Cases = Callable[[Figures, Rule], Iterable[Values]]


@dataclass(frozen=True, slots=True)
class Finding:
    """since: when the rule found it first, in seconds since the epoch. alert: it has lasted as long as it may."""

    rule: Rule
    values: Values
    since: float
    alert: bool


class Watch:
    """Remembers since when each rule finds something. For one thread."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, str], float] = {}

    def look(self, figures: Figures) -> Sequence[Finding]:
        """What is wrong now: alerts first, and those that wake somebody before the others."""
        found = []
        since = {}
        for rule in RULES:
            for values in rule.cases(figures, rule):
                key = (rule.name, str(values.get("name", "")))
                since[key] = self._since.get(key, figures.at)
                lasted = figures.at - since[key] >= rule.lasting
                found.append(Finding(rule, values, since[key], lasted))
        self._since = since
        return sorted(found, key=lambda each: (not each.alert, each.rule.severity != "page"))


def _above(metric: Metric[Any], label: str | None = None, part: str = "database") -> Cases:
    """Finds series of the metric above 0, each with its value of the label. part: of the scheduler's figures."""

    def cases(figures: Figures, _: Rule) -> Iterator[Values]:
        if part and not figures.has(part):
            return
        for name in (None,) if label is None else metric.labels[0].values:
            value = figures.gauge(series(metric) if name is None else series(metric, **{str(label): name}))
            if value > 0:
                yield {"count": value} if name is None else {"name": name, "count": value}

    return cases


def _older(metric: Metric[Any]) -> Cases:
    """Finds an age, in seconds, that is above the limit of the rule."""

    def cases(figures: Figures, rule: Rule) -> Iterator[Values]:
        age = figures.gauge(series(metric))
        if figures.has("database") and age > rule.limit:
            yield {"seconds": age}

    return cases


def _blocked(by: str) -> Cases:
    def cases(figures: Figures, _: Rule) -> Iterator[Values]:
        if figures.has("database") and figures.gauge(series(PUBLISHING_BLOCKED, by=by)) == 1:
            yield {}

    return cases


def _unread_lag(figures: Figures, rule: Rule) -> Iterator[Values]:
    for group in GROUPS:
        lag = figures.gauge(series(CONSUMER_LAG, group=group))
        read = [series(CONSUMER_RECORDS, group=group)]
        if figures.has("consumers") and lag > 0 and not figures.increase(read, rule.window):
            yield {"name": group, "count": lag}


def _waiting_mails(figures: Figures, rule: Rule) -> Iterator[Values]:
    age = figures.gauge(series(MAILS_OLDEST))
    if age > rule.limit:
        yield {"seconds": age}


def _failing_steps(figures: Figures, rule: Rule) -> Iterator[Values]:
    for step in Step:
        count = figures.increase([series(STEP_FAILED, step=step)], rule.window)
        if count > 0:
            yield {"name": step.value, "count": count}


def _failing_subscribers(figures: Figures, _: Rule) -> Iterator[Values]:
    held = figures.gauge(series(WEBHOOK_ENDPOINTS_HELD))
    if held > 0.2 * figures.gauge(series(WEBHOOK_ENDPOINTS)):
        yield {"count": held}


def _full_streams(figures: Figures, _: Rule) -> Iterator[Values]:
    count, most = figures.gauge(series(STREAMS)), figures.gauge(series(STREAMS_MOST))
    if count > 0.9 * most:
        yield {"count": count}


def _silent(figures: Figures, _: Rule) -> Iterator[Values]:
    for instance in figures.instances:
        if instance.silence is not None:
            yield {"name": instance.name, "why": instance.silence}


def _restarting(figures: Figures, rule: Rule) -> Iterator[Values]:
    for instance in figures.instances:
        count = sum(at > figures.at - rule.window for at in instance.restarts)
        if count > 3:
            yield {"name": instance.name, "count": count}


def _old_figures(figures: Figures, rule: Rule) -> Iterator[Values]:
    if not figures.running("scheduler"):
        return  # it has an alert of its own
    for part in ("database", "consumers", "queues"):
        if figures.age(part) > rule.limit:
            yield {"name": part, "seconds": figures.age(part)}


def _full_disk(figures: Figures, _: Rule) -> Iterator[Values]:
    free, size = figures.gauge(series(DISK_FREE)), figures.gauge(series(DISK_SIZE))
    if free < 0.1 * size:
        yield {"bytes": free}


def _ending_certificate(figures: Figures, _: Rule) -> Iterator[Values]:
    end = figures.gauge(series(CERTIFICATE_END))
    if end > 0 and end - figures.at < 14 * DAY:
        yield {"at": end}


def _old_key(figures: Figures, _: Rule) -> Iterator[Values]:
    made = figures.gauge(series(SIGNING_KEY_SINCE))
    if made > 0 and figures.at - made > 365 * DAY:
        yield {"seconds": figures.at - made}


def _burns(objective: Objective, burn: Burn) -> Rule:
    """Of the alerts of an objective, only the one for its fastest burn is found."""

    def cases(figures: Figures, _: Rule) -> Iterator[Values]:
        if burning(figures, objective) is burn:
            yield {"objective": objective.name, "factor": burn.factor}

    name = "".join(part.capitalize() for part in objective.name.split("-"))
    return Rule(f"{name}BudgetBurns{burn.name}", burn.severity, objective.runbook, cases)


def _absent(figures: Figures, _: Rule) -> Iterator[Values]:
    """A process that was stopped in order, or is on no machine: it is not among those that should answer."""
    running = {instance.kind for instance in figures.instances}
    yield from ({"name": kind} for kind in EXPECTED if running and kind not in running)


def _untaken(figures: Figures, rule: Rule) -> Iterator[Values]:
    """Messages have waited, and no worker has begun a batch of the step, for as long as the rule says."""
    if not figures.has("queues"):
        return
    for step in Step:
        waiting = series(QUEUE_MESSAGES, queue=step)
        begun = series(STEP_BATCH_SECONDS, "_count", step=step)
        points = figures.history.since(figures.at - rule.window - 1.0)
        long_enough = points and figures.at - points[0].at >= rule.window
        running = figures.gauge(series(STEP_RUNNING, step=step))
        if (
            long_enough
            and not running
            and all(each[waiting] > 0 for each in points)
            and points[0][begun] == points[-1][begun]
        ):
            yield {"name": step.value, "count": figures.gauge(waiting)}


RULES = (
    Rule("LedgerViolated", "page", "ledger-violated", _above(LEDGER_VIOLATIONS, "invariant", part="")),
    Rule("PublishingHeldUp", "page", "publishing-is-held-up", _older(UNPUBLISHED_AGE), MINUTE, limit=30.0),
    Rule("PublishingRefused", "page", "publishing-is-refused", _blocked("refusal")),
    Rule("NoRelayLeads", "page", "no-relay-leads", _blocked("no leader"), MINUTE),
    Rule("LagWithoutConsumers", "page", "lag-without-consumers", _unread_lag, 2 * MINUTE, window=2 * MINUTE),
    Rule("ConsumerStopped", "page", "a-consumer-has-stopped", _above(CONSUMER_STOPPED, "group", "consumers")),
    Rule("OrdersStuck", "page", "orders-are-stuck", _older(OLDEST_ORDER), MINUTE, limit=5 * MINUTE),
    Rule("StepFails", "ticket", "a-step-fails", _failing_steps, window=10 * MINUTE),
    Rule(
        "GatewayUnavailable",
        "page",
        "the-payment-gateway-is-unavailable",
        _above(GATEWAY_CIRCUIT, part=""),
        2 * MINUTE,
    ),
    Rule("DeadLettersOpen", "ticket", "dead-letters-are-open", _above(DEAD_LETTERS_OPEN), 10 * MINUTE),
    Rule("MailsWait", "page", "mails-wait", _waiting_mails, MINUTE, limit=15 * MINUTE),
    Rule("SubscribersFail", "ticket", "subscribers-fail", _failing_subscribers, 10 * MINUTE),
    Rule("StreamsFull", "ticket", "live-streams-are-nearly-full", _full_streams, 5 * MINUTE),
    Rule("ProcessDown", "page", "a-process-is-down", _silent, MINUTE),
    Rule("ProcessRestarts", "ticket", "a-process-restarts-again-and-again", _restarting, window=15 * MINUTE),
    Rule("FiguresOld", "page", "figures-are-old", _old_figures, MINUTE, limit=2 * MINUTE),
    Rule("DiskNearlyFull", "page", "the-disk-is-nearly-full", _full_disk, 5 * MINUTE),
    Rule("CertificateNearItsEnd", "ticket", "the-certificate-ends-soon", _ending_certificate, HOUR),
    Rule("SigningKeyOld", "ticket", "the-signing-key-is-old", _old_key, HOUR),
    Rule("KindAbsent", "page", "a-process-is-down", _absent, MINUTE),
    Rule("QueueWithoutWorkers", "ticket", "orders-are-stuck", _untaken, MINUTE, window=10.0),
    *(_burns(objective, burn) for objective in OBJECTIVES for burn in BURNS),
)
