"""What must not be: each alert, when it fires, and the section of the runbook that says what to do.

Alerts on objectives are in objectives.py.
"""

from dataclasses import dataclass

from pedidos.telemetry.catalogue.consumers import CONSUMER_RECORDS
from pedidos.telemetry.catalogue.keys import SIGNING_KEY_SINCE
from pedidos.telemetry.catalogue.notifications import MAILS_OLDEST, WEBHOOK_ENDPOINTS, WEBHOOK_ENDPOINTS_HELD
from pedidos.telemetry.catalogue.payments import GATEWAY_CIRCUIT
from pedidos.telemetry.catalogue.steps import STEP_FAILED
from pedidos.telemetry.catalogue.streams import STREAMS, STREAMS_MOST
from pedidos.telemetry.catalogue.whole_platform import (
    CERTIFICATE_END,
    CONSUMER_LAG,
    CONSUMER_STOPPED,
    DEAD_LETTERS_OPEN,
    DISK_FREE,
    DISK_SIZE,
    FIGURES_READ,
    LEDGER_VIOLATIONS,
    OLDEST_ORDER,
    PUBLISHING_BLOCKED,
    UNPUBLISHED_AGE,
)
from pedidos_local.monitoring.objectives import DAY, HOUR, MINUTE

PROCESSES = ("api", "live", "web", "relay", "bridge", "notifier", "worker", "scheduler")


SHARE_OF_SUBSCRIBERS = 0.2
"""Of the endpoints of webhooks: one that fails is its owner's concern, whom a mail tells."""


@dataclass(frozen=True, slots=True)
class Alert:
    """when: PromQL that returns something while it is so; {w} is the window of its rates, {limit} a limit on an age.
    lasting: how long it must be so. All three in seconds; a drill makes them shorter. summary: for a person, with
    Prometheus' templates."""

    name: str
    when: str
    severity: str
    summary: str
    runbook: str
    lasting: float = 0.0
    window: float = 0.0
    limit: float = 0.0


ALERTS = (
    Alert(
        "LedgerViolated",
        f"{LEDGER_VIOLATIONS.exposed} > 0",
        "page",
        "{{ $value }} violations of the ledger ({{ $labels.invariant }}).",
        "ledger-violated",
    ),
    Alert(
        "PublishingHeldUp",
        f"{UNPUBLISHED_AGE.exposed} > {{limit}}",
        "page",
        "An event has waited {{ $value | humanizeDuration }} to be published.",
        "publishing-is-held-up",
        lasting=MINUTE,
        limit=30.0,
    ),
    Alert(
        "PublishingRefused",
        f'{PUBLISHING_BLOCKED.exposed}{{by="refusal"}} == 1',
        "page",
        "The relay refuses to publish: Kafka has events that the log does not have.",
        "publishing-is-refused",
    ),
    Alert(
        "NoRelayLeads",
        f'{PUBLISHING_BLOCKED.exposed}{{by="no leader"}} == 1',
        "page",
        "No relay leads, so nothing is published.",
        "no-relay-leads",
        lasting=MINUTE,
    ),
    Alert(
        "LagWithoutConsumers",
        f"sum by (group) ({CONSUMER_LAG.exposed}) > 0"
        f" unless sum by (group) (rate({CONSUMER_RECORDS.exposed}[{{w}}])) > 0",
        "page",
        "{{ $value }} records wait at Kafka, and the group {{ $labels.group }} processes none.",
        "lag-without-consumers",
        lasting=2 * MINUTE,
        window=2 * MINUTE,
    ),
    Alert(
        "ConsumerStopped",
        f"{CONSUMER_STOPPED.exposed} > 0",
        "page",
        "The group {{ $labels.group }} has stopped at {{ $value }} partitions.",
        "a-consumer-has-stopped",
    ),
    Alert(
        "OrdersStuck",
        f"{OLDEST_ORDER.exposed} > {{limit}}",
        "page",
        "The oldest order has waited {{ $value | humanizeDuration }}.",
        "orders-are-stuck",
        lasting=MINUTE,
        limit=5 * MINUTE,
    ),
    Alert(
        "StepFails",
        f"sum by (step) (increase({STEP_FAILED.exposed}[{{w}}])) > 0",
        "ticket",
        "The step {{ $labels.step }} fails with an error of its own.",
        "a-step-fails",
        window=10 * MINUTE,
    ),
    Alert(
        "GatewayUnavailable",
        f"sum({GATEWAY_CIRCUIT.exposed}) > 0",
        "page",
        "{{ $value }} worker processes send no charges: the payment gateway seems to be down.",
        "the-payment-gateway-is-unavailable",
        lasting=2 * MINUTE,
    ),
    Alert(
        "DeadLettersOpen",
        f"{DEAD_LETTERS_OPEN.exposed} > 0",
        "ticket",
        "{{ $value }} dead letters wait for an operator.",
        "dead-letters-are-open",
        lasting=10 * MINUTE,
    ),
    Alert(
        "MailsWait",
        f"max({MAILS_OLDEST.exposed}) > {{limit}}",
        "page",
        "A mail has waited {{ $value | humanizeDuration }} to be sent.",
        "mails-wait",
        lasting=MINUTE,
        limit=15 * MINUTE,
    ),
    Alert(
        "SubscribersFail",
        f"max({WEBHOOK_ENDPOINTS_HELD.exposed}) > {SHARE_OF_SUBSCRIBERS} * max({WEBHOOK_ENDPOINTS.exposed})",
        "ticket",
        "Requests to {{ $value }} endpoints of webhooks fail, more than a fifth of all.",
        "subscribers-fail",
        lasting=10 * MINUTE,
    ),
    Alert(
        "StreamsFull",
        f"sum({STREAMS.exposed}) > 0.9 * sum({STREAMS_MOST.exposed})",
        "ticket",
        "{{ $value }} live streams are open; soon new ones are refused.",
        "live-streams-are-nearly-full",
        lasting=5 * MINUTE,
    ),
    Alert(
        "ProcessDown",
        f'up{{job=~"{"|".join(PROCESSES)}"}} == 0',
        "page",
        "{{ $labels.instance }} does not answer.",
        "a-process-is-down",
        lasting=MINUTE,
    ),
    Alert(
        "ProcessRestarts",
        f'changes(process_start_time_seconds{{job=~"{"|".join(PROCESSES)}"}}[{{w}}]) > 3',
        "ticket",
        "{{ $labels.instance }} has started {{ $value }} times within 15 minutes.",
        "a-process-restarts-again-and-again",
        window=15 * MINUTE,
    ),
    Alert(
        "FiguresOld",
        f"time() - {FIGURES_READ.exposed} > {{limit}}",
        "page",
        "The figures of {{ $labels.part }} are {{ $value | humanizeDuration }} old: alerts that need them are blind.",
        "figures-are-old",
        lasting=MINUTE,
        limit=2 * MINUTE,
    ),
    Alert(
        "DiskNearlyFull",
        f"{DISK_FREE.exposed} < 0.1 * {DISK_SIZE.exposed}",
        "page",
        "{{ $value | humanize1024 }}B are free on the disk of the state folder.",
        "the-disk-is-nearly-full",
        lasting=5 * MINUTE,
    ),
    Alert(
        "CertificateNearItsEnd",
        f"{CERTIFICATE_END.exposed} > 0 and {CERTIFICATE_END.exposed} - time() < {14 * DAY:.0f}",
        "ticket",
        "The edge's certificate ends at {{ $value | humanizeTimestamp }}.",
        "the-certificate-ends-soon",
        lasting=HOUR,
    ),
    Alert(
        "SigningKeyOld",
        f"time() - {SIGNING_KEY_SINCE.exposed} > {365 * DAY:.0f}",
        "ticket",
        "The key that signs access tokens has done so for {{ $value | humanizeDuration }}.",
        "the-signing-key-is-old",
        lasting=HOUR,
    ),
)
