"""What is found to be wrong: by the rules of the alerts, and not before it has lasted."""

from dataclasses import replace
from typing import Any

import pytest

from pedidos.domain.steps import Step
from pedidos.processes.web.figures.exposition import series
from pedidos.processes.web.figures.wrong import RULES, Finding
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
from pedidos_local.monitoring.rules import every_alert
from tests.unit.pedidos.processes.web.figures.made import BEGAN, Platform, instance

OWN = {"QueueWithoutWorkers", "KindAbsent"}
"""Rules that no alert has."""


def test_the_rules_are_the_alerts() -> None:
    shown = {rule.name: (rule.severity, rule.runbook, rule.lasting, rule.window, rule.limit) for rule in RULES}
    alerts = {
        alert.name: (alert.severity, alert.runbook, alert.lasting, alert.window, alert.limit) for alert in every_alert()
    }
    assert {name: values for name, values in shown.items() if name not in OWN} == alerts


CASES: list[tuple[str, dict[str, float], dict[str, Any]]] = [
    ("LedgerViolated", {series(LEDGER_VIOLATIONS, invariant="money"): 2}, {"name": "money", "count": 2}),
    ("PublishingHeldUp", {series(UNPUBLISHED_AGE): 31}, {"seconds": 31}),
    ("PublishingRefused", {series(PUBLISHING_BLOCKED, by="refusal"): 1}, {}),
    ("NoRelayLeads", {series(PUBLISHING_BLOCKED, by="no leader"): 1}, {}),
    ("LagWithoutConsumers", {series(CONSUMER_LAG, group="bridge"): 9}, {"name": "bridge", "count": 9}),
    ("MailsWait", {series(MAILS_OLDEST): 901}, {"seconds": 901}),
    ("ConsumerStopped", {series(CONSUMER_STOPPED, group="bridge"): 1}, {"name": "bridge", "count": 1}),
    ("OrdersStuck", {series(OLDEST_ORDER): 301}, {"seconds": 301}),
    ("GatewayUnavailable", {series(GATEWAY_CIRCUIT): 2}, {"count": 2}),
    ("DeadLettersOpen", {series(DEAD_LETTERS_OPEN): 3}, {"count": 3}),
    (
        "SubscribersFail",
        {series(WEBHOOK_ENDPOINTS_HELD): 3, series(WEBHOOK_ENDPOINTS): 14},
        {"count": 3},
    ),
    ("StreamsFull", {series(STREAMS): 91, series(STREAMS_MOST): 100}, {"count": 91}),
    ("DiskNearlyFull", {series(DISK_FREE): 9, series(DISK_SIZE): 100}, {"bytes": 9}),
    ("CertificateNearItsEnd", {series(CERTIFICATE_END): BEGAN + 86400}, {"at": BEGAN + 86400}),
    ("SigningKeyOld", {series(SIGNING_KEY_SINCE): BEGAN - 366 * 86400}, {"seconds": 366 * 86400}),
]


@pytest.mark.parametrize(("name", "found", "values"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_finds_its_case_and_it_is_an_alert_once_it_has_lasted(
    name: str, found: dict[str, float], values: dict[str, Any]
) -> None:
    platform = Platform()
    platform.seen()
    assert platform.seen().findings == []
    first = one(platform.seen(found).findings, name)
    assert first.values == pytest.approx(values, abs=5) if all(map(is_number, values.values())) else values
    assert first.alert == (first.rule.lasting == 0)
    for _ in range(int(first.rule.lasting // 15) + 1):
        last = one(platform.seen(found, after=15).findings, name)
    assert last.alert
    assert last.since == first.since
    assert platform.seen(after=15).findings == []


def test_a_step_that_failed_is_found_for_ten_minutes() -> None:
    platform = Platform()
    failed = series(STEP_FAILED, step="charge")
    platform.seen({failed: 4})
    assert one(platform.seen({failed: 6}).findings, "StepFails").values == {"name": "charge", "count": 2}
    found = [platform.seen({failed: 6}, after=15).findings != [] for _ in range(50)]
    assert found == [True] * sum(found) + [False] * (50 - sum(found))
    assert 39 <= sum(found) <= 41


def test_a_process_that_is_silent_or_restarts_is_found() -> None:
    platform = Platform()
    silent = platform.seen(None, instance("worker-1", "refused")).findings
    assert one(silent, "ProcessDown").values == {"name": "worker-1", "why": "refused"}
    restarts = tuple(BEGAN - minute * 60 for minute in range(4))
    again = platform.seen(None, instance("api-1", restarts=restarts)).findings
    assert one(again, "ProcessRestarts").values == {"name": "api-1", "count": 4}
    assert platform.seen(None, instance("api-1", restarts=restarts[:3])).findings == []


def test_old_figures_are_found_once_and_what_they_say_is_not_believed() -> None:
    platform = Platform()
    stuck = {series(OLDEST_ORDER): 400.0}
    found = platform.seen(stuck, after=130, fresh=False).findings
    assert {each.rule.name for each in found} == {"FiguresOld"}
    # Without a scheduler, that one is what is wrong.
    found = platform.seen(stuck, instance("scheduler", "refused"), after=1, fresh=False).findings
    assert {each.rule.name for each in found} == {"ProcessDown"}


def test_a_queue_from_which_nobody_takes_is_found() -> None:
    waiting = {series(QUEUE_MESSAGES, queue=Step.CHARGE): 5.0}
    begun = series(STEP_BATCH_SECONDS, "_count", step=Step.CHARGE)
    platform = Platform()
    for second in range(30):  # the queue stays, and batches go on
        assert platform.seen(waiting | {begun: float(second)}).findings == []
    for _ in range(13):
        seen = platform.seen(waiting | {begun: 29.0})
    assert one(seen.findings, "QueueWithoutWorkers").values == {"name": "charge", "count": 5}
    busy = {series(STEP_RUNNING, step=Step.CHARGE): 1.0}
    assert platform.seen(waiting | busy | {begun: 29.0}).findings == []


def test_what_wakes_somebody_comes_first() -> None:
    platform = Platform()
    found = {series(DEAD_LETTERS_OPEN): 3.0, series(LEDGER_VIOLATIONS, invariant="stock"): 1.0}
    assert [each.rule.name for each in platform.seen(found).findings] == ["LedgerViolated", "DeadLettersOpen"]


def one(findings: Any, name: str) -> Finding:
    (found,) = findings
    assert found.rule.name == name
    finding: Finding = found
    return finding


def is_number(value: object) -> bool:
    return isinstance(value, int | float)


def test_a_kind_of_which_no_process_runs_is_found() -> None:
    platform = Platform()
    platform.seen()
    without = replace(platform.seen().figures, instances=[instance("scheduler")])
    found = {rule.name: list(rule.cases(without, rule)) for rule in RULES if rule.name == "KindAbsent"}
    assert {"name": "worker"} in found["KindAbsent"]
    assert {"name": "scheduler"} not in found["KindAbsent"]
    nothing = replace(without, instances=[])
    assert [list(rule.cases(nothing, rule)) for rule in RULES if rule.name == "KindAbsent"] == [[]]
