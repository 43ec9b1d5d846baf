"""The rules, by promtool: that they are valid, and that each alert fires when it should and ends afterwards."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pedidos_local.monitoring.alerts import ALERTS
from pedidos_local.monitoring.objectives import BURNS, OBJECTIVES, Burn, Objective
from pedidos_local.monitoring.rules import duration, every_alert, rules
from tests.support.promtool import promtool


@dataclass(frozen=True, slots=True)
class Case:
    """series: what is scraped each minute, in promtool's notation. silent, fires, ended: minutes at which the alert
    does not fire, fires, and does not fire any more."""

    series: dict[str, str]
    silent: int
    fires: int
    ended: int


def _rises(name: str, good: int, bad: int) -> Case:
    return Case({name: f"{good}x9 {bad}x30 {good}x60"}, 9, 39, 60)


CASES = {
    "LedgerViolated": _rises('pedidos_ledger_violations{invariant="stock"}', 0, 1),
    "PublishingHeldUp": _rises("pedidos_unpublished_oldest_seconds", 1, 40),
    "PublishingRefused": _rises('pedidos_publishing_blocked{by="refusal"}', 0, 1),
    "NoRelayLeads": _rises('pedidos_publishing_blocked{by="no leader"}', 0, 1),
    "LagWithoutConsumers": Case(
        {
            'pedidos_consumer_lag_records{group="bridge"}': "5x100",
            'pedidos_consumer_records_total{group="bridge"}': "0+10x9 90x30 100+10x60",
        },
        9,
        30,
        60,
    ),
    "ConsumerStopped": _rises('pedidos_consumer_stopped_partitions{group="bridge"}', 0, 1),
    "OrdersStuck": _rises("pedidos_orders_oldest_seconds", 3, 400),
    "StepFails": Case({'pedidos_step_failed_orders_total{step="charge"}': "0x9 1+1x20 21x60"}, 9, 20, 60),
    "GatewayUnavailable": _rises("pedidos_gateway_circuits_open", 0, 2),
    "DeadLettersOpen": _rises("pedidos_dead_letters_open", 0, 3),
    "MailsWait": _rises("pedidos_mails_oldest_waiting_seconds", 30, 1000),
    "SubscribersFail": Case(
        {"pedidos_webhook_endpoints": "10x100", "pedidos_webhook_endpoints_held": "2x9 3x30 0x60"}, 9, 39, 60
    ),
    "StreamsFull": Case({"pedidos_streams_open": "10x9 95x30 10x60", "pedidos_streams_most": "100x100"}, 9, 39, 60),
    "ProcessDown": _rises('up{job="api", instance="api-1"}', 1, 0),
    "ProcessRestarts": Case(
        {'process_start_time_seconds{job="worker", instance="worker-1"}': "100x9 200 300 400 500 600x80"}, 9, 14, 40
    ),
    "FiguresOld": Case(
        {'pedidos_figures_read_timestamp_seconds{part="database"}': "0+60x9 540x10 1200+60x60"}, 9, 18, 40
    ),
    "DiskNearlyFull": Case(
        {"pedidos_disk_free_bytes": "50x9 5x30 50x60", "pedidos_disk_size_bytes": "100x100"}, 9, 39, 60
    ),
    "CertificateNearItsEnd": Case(
        {"pedidos_certificate_end_timestamp_seconds": f"{40 * 86400}x9 {10 * 86400}x100 {40 * 86400}x60"}, 9, 100, 150
    ),
    "SigningKeyOld": Case({"pedidos_signing_key_since_timestamp_seconds": f"0x9 {-366 * 86400}x100 0x60"}, 9, 100, 150),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "alerts.yml"
    path.write_text(rules(), "utf-8")
    return path


@pytest.mark.parametrize("speed", [1.0, 30.0, 360.0])
def test_the_rules_are_valid(tmp_path: Path, speed: float) -> None:
    file = tmp_path / "alerts.yml"
    file.write_text(rules(speed), "utf-8")
    checked = promtool("check", "rules", str(file))
    assert checked.returncode == 0, checked.stderr


def test_each_alert_has_a_case() -> None:
    assert CASES.keys() == {alert.name for alert in ALERTS}


@pytest.mark.parametrize("name", CASES)
def test_an_alert_fires_and_ends(file: Path, name: str) -> None:
    case = CASES[name]
    checks = {case.silent: 0, case.fires: 1, case.ended: 0}
    _passes(file, case.series, {minute: {name: firing} for minute, firing in checks.items()}, "1m")


@pytest.mark.parametrize("burn", BURNS, ids=lambda burn: duration(burn.long))
@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.name)
def test_a_budget_that_burns_fires_while_it_burns_and_not_at_the_rate_it_may(
    file: Path, objective: Objective, burn: Burn
) -> None:
    """Twice the burn's factor for its long window, then none. Half of the factor never fires."""
    minutes = round(burn.long / 60)
    step = max(1, minutes // 60)
    scrapes = minutes // step
    allowed = burn.factor * (1 - objective.target)
    name = f"{_camel(objective)}BudgetBurns{duration(burn.long)}"
    for share, fires in ((min(1.0, 2 * allowed), 1), (allowed / 2, 0)):
        bad, good = round(100_000 * share), round(100_000 * (1 - share))
        series = {
            sample: f"0+{per_scrape}x{scrapes} {per_scrape * scrapes}+{after}x{2 * scrapes}"
            for sample, per_scrape, after in _samples(objective, good, bad)
        }
        firing = {step * scrapes: {name: fires}, step * 3 * scrapes: {name: 0}}
        _passes(file, series, firing, f"{step}m")


def _camel(objective: Objective) -> str:
    return "".join(part.capitalize() for part in objective.name.split("-"))


def _samples(objective: Objective, good: int, bad: int) -> Iterator[tuple[str, int, int]]:
    """Each sample of the objective: its name, how much it grows per scrape while the budget burns, and how much when
    all is well again."""
    if objective.name == "accepted":
        yield "pedidos_orders_accepted_total", good, 100_000
        yield "pedidos_orders_repeated_total", 0, 0
        yield 'pedidos_orders_refused_total{reason="unavailable"}', bad, 0
        yield 'pedidos_orders_refused_total{reason="invalid-fields"}', 50_000, 50_000  # the customer's own
        return
    metric, bound = {
        "confirmed-in-time": ("pedidos_orders_confirm_seconds", "10.0"),
        "streams-fresh": ("pedidos_stream_event_age_seconds", "2.0"),
    }[objective.name]
    yield f"{metric}_count", good + bad, 100_000
    yield f'{metric}_bucket{{le="{bound}"}}', good, 100_000


def _passes(file: Path, series: dict[str, str], firing: dict[int, dict[str, int]], interval: str) -> None:
    """firing: minute, then alert and number of its instances that fire."""
    test = {
        "rule_files": [file.name],
        "evaluation_interval": interval,
        "tests": [
            {
                "interval": interval,
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [
                    {
                        "expr": f'count(ALERTS{{alertname="{name}", alertstate="firing"}})',
                        "eval_time": f"{minute}m",
                        "exp_samples": [{"labels": "{}", "value": count}] if count else [],
                    }
                    for minute, alerts in firing.items()
                    for name, count in alerts.items()
                ],
            }
        ],
    }
    (file.parent / "test.yml").write_text(json.dumps(test), "utf-8")
    done = promtool("test", "rules", "test.yml", cwd=file.parent)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_its_section_of_the_runbook_and_no_section_is_left_over() -> None:
    text = (Path(__file__).parents[4] / "docs" / "runbook.md").read_text("utf-8")
    titles = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    anchors = {title.lower().replace(" ", "-") for title in titles}
    assert {alert.runbook for alert in every_alert()} == anchors
    for section in text.split("\n## ")[1:]:
        for part in ("**Meaning.**", "**Look.**", "**Do.**"):
            assert part in section, section.splitlines()[0]
