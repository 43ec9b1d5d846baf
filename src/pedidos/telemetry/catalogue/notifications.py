"""Mails, and webhooks to subscribers."""

from pedidos.telemetry.catalogue.buckets import QUICK
from pedidos.telemetry.metric import Counter, Gauge, Histogram, Label, Recorder

MAILS_WRITTEN = Counter(
    "mails_written",
    "Mails about orders that were written; those of accounts are written by api and web.",
    unit="mails",
    by=[Recorder.CONSUMER],
    why="Whether events make mails.",
)
MAILS_ENDED = Counter(
    "mails_ended",
    "What became of mails: sent, failed, lapsed (of no use any more), or to be tried again later.",
    unit="mails",
    labels=[Label("outcome", ("sent", "failed", "lapsed", "later"))],
    by=[Recorder.CONSUMER],
    why="Many 'later' or 'failed' mean that the mail server refuses what we send.",
)
MAIL_SECONDS = Histogram(
    "mail_send_seconds",
    "From the first command for a mail to the mail server's answer that it takes it.",
    unit="seconds",
    buckets=QUICK,
    by=[Recorder.CONSUMER],
    why="Whether the mail server is slow.",
)
MAILS_WAITING = Gauge(
    "mails_waiting",
    "Mails that wait to be sent, as each notifier with a mail server counts them.",
    unit="mails",
    by=[Recorder.CONSUMER],
    why="Grows while the mail server is away.",
)
MAILS_OLDEST = Gauge(
    "mails_oldest_waiting_seconds",
    "How long the oldest mail that waits has waited.",
    unit="seconds",
    by=[Recorder.CONSUMER],
    why="People wait for links to confirm an address, or to choose another password.",
)

WEBHOOKS_WRITTEN = Counter(
    "webhooks_written",
    "Deliveries that events made.",
    unit="deliveries",
    by=[Recorder.CONSUMER],
    why="How much subscribers want.",
)
WEBHOOKS_SENT = Counter(
    "webhooks_sent",
    "Requests to subscribers, by outcome: delivered, to be tried again later, failed for good, gone (410).",
    unit="requests",
    labels=[Label("outcome", ("delivered", "later", "failed", "gone"))],
    by=[Recorder.CONSUMER],
    why="Many 'later' mean that subscribers are down, or that we do not reach the outside.",
)
WEBHOOK_SECONDS = Histogram(
    "webhook_request_seconds",
    "One request to a subscriber, with connection and answer.",
    unit="seconds",
    buckets=QUICK,
    by=[Recorder.CONSUMER],
    why="Whether subscribers are slow.",
)
WEBHOOKS_WAITING = Gauge(
    "webhooks_waiting",
    "Deliveries that wait, as each notifier counts them.",
    unit="deliveries",
    by=[Recorder.CONSUMER],
    why="Grows while subscribers are away.",
)

WEBHOOK_ENDPOINTS = Gauge(
    "webhook_endpoints",
    "Endpoints that are on, as each notifier counts them.",
    unit="endpoints",
    by=[Recorder.CONSUMER],
    why="How many subscribers there are.",
)
WEBHOOK_ENDPOINTS_HELD = Gauge(
    "webhook_endpoints_held",
    "Endpoints that are on and get single trials only, because requests to them fail; as each notifier counts them.",
    unit="endpoints",
    by=[Recorder.CONSUMER],
    why="One is its owner's concern; many at once have a cause here: the network, certificates, or the clock.",
)

OF_ALL_NOTIFIERS = (MAILS_WAITING, MAILS_OLDEST, WEBHOOKS_WAITING, WEBHOOK_ENDPOINTS, WEBHOOK_ENDPOINTS_HELD)
"""Each notifier counts what all of them share."""
