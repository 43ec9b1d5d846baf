"""Every metric of the platform. docs/generated/metrics.md, the alerts and the dashboards are made from it or name it.

Rules: the price of an order is three observations (its acceptance, its confirmation, its sight on a stream); all else
counts per batch. A label has a closed set of values, and none of them is an id or a client's text.
"""

from pedidos.domain.fusing import OneByOne
from pedidos.domain.order import Status
from pedidos.domain.payment import Verdict
from pedidos.domain.sharding import MOST_PARTS
from pedidos.domain.steps import Step
from pedidos.telemetry.metric import OTHER, Counter, Gauge, Histogram, Label, Metric, Recorder

API, LIVE, WEB, RELAY, CONSUMER, WORKER, SCHEDULER = Recorder

REASONS = (
    *("bad-request", "malformed-json", "idempotency-key-missing", "unauthenticated", "forbidden", "conflict"),
    *("out-of-date-total", "request-in-flight", "body-too-large", "unsupported-media-type", "invalid-fields"),
    *("idempotency-key-reused", "order-limit-reached", "too-many-requests"),
    *("internal-error", "unavailable", "outcome-unknown", "held", "busy", OTHER),
)
"""The problem types with which an order can be refused (http/problems.py)."""

OUR_FAULT = ("internal-error", "unavailable", "outcome-unknown", "held", "busy")
"""Those that a customer cannot avoid: they spend the error budget."""

ENDED_EARLY = (Status.REJECTED, Status.UNAVAILABLE, Status.DECLINED, Status.EXPIRED)
"""States in which an order has failed: it ended before its confirmation, and no person has cancelled it."""

GROUPS = ("bridge", "notifier")
"""The consumer groups (messaging/groups.py)."""

QUEUES = (*Step, "retention")
INVARIANTS = ("stock", "money")
ENDED = ("finished", "client gone", "slow reader", "expired", "stopping", "events missing", OTHER)

STEP = Label("step", tuple(Step))
GROUP = Label("group", GROUPS)

QUICK = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
UNTIL_CONFIRMED = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)

# Orders, as their customers see them

ORDERS_ACCEPTED = Counter(
    "orders_accepted",
    "Orders stored durably.",
    unit="orders",
    by=[API, WEB],
    why="How much comes in; the good events of the objective 'accepted'.",
)
ORDERS_REPEATED = Counter(
    "orders_repeated",
    "Requests under an Idempotency-Key that had placed its order before.",
    unit="orders",
    by=[API, WEB],
    why="Clients repeat when answers get lost or come late.",
)
ORDERS_REFUSED = Counter(
    "orders_refused",
    "Requests for an order that were refused, by problem type.",
    unit="orders",
    labels=[Label("reason", REASONS)],
    by=[API],
    why="The bad events of the objective 'accepted' are those that a customer cannot avoid: "
    + ", ".join(OUR_FAULT)
    + ".",
)
ORDERS_ACCEPT_SECONDS = Histogram(
    "orders_accept_seconds",
    "From the arrival of a request for an order to the answer that it is accepted.",
    unit="seconds",
    buckets=QUICK,
    by=[API, WEB],
    why="What a customer waits for.",
)
ORDERS_PER_COMMIT = Histogram(
    "orders_per_commit",
    "Orders that concurrent requests placed in one commit.",
    unit="orders",
    buckets=SIZES,
    by=[API],
    why="Near 1 the api is idle; near 100, its maximum, PostgreSQL is the bottleneck.",
)
ORDERS_CONFIRM_SECONDS = Histogram(
    "orders_confirm_seconds",
    "From the acceptance of an order (the time in its id), or its release if it is for later, to its confirmation.",
    unit="seconds",
    buckets=UNTIL_CONFIRMED,
    by=[WORKER],
    why="The objective 'confirmed in time'.",
)
ORDERS_ENDED_EARLY = Counter(
    "orders_ended_early",
    "Orders that failed, by the state in which they ended. Counted before the commit: a transaction that is repeated "
    "counts twice.",
    unit="orders",
    labels=[Label("status", ENDED_EARLY)],
    by=[WORKER],
    why="Many at once have one cause: a shop without stock, or a gateway that declines or does not answer.",
)
ORDERS_SEEN_SECONDS = Histogram(
    "orders_seen_seconds",
    "From the acceptance of an order (the time in its id) until its confirmation was handed to the streams. Without"
    " orders for later.",
    unit="seconds",
    buckets=UNTIL_CONFIRMED,
    by=[LIVE],
    why="What a customer who watches waits for; the part after the confirmation is the way through relay and Kafka.",
)

# The api's and others' connections

DATABASE_CONNECTIONS_USED = Gauge(
    "database_connections_used",
    "Connections to PostgreSQL in use, by pool of the process.",
    unit="connections",
    labels=[Label("pool", ("placing", "lists", "others", "main"))],
    from_start=False,
    by=[API, LIVE, WEB, RELAY, CONSUMER, SCHEDULER],
    why="A pool that stays at its maximum refuses requests as busy.",
)
DATABASE_CONNECTIONS_MOST = Gauge(
    "database_connections_most",
    "Connections to PostgreSQL that the pool may have.",
    unit="connections",
    labels=[Label("pool", ("placing", "lists", "others", "main"))],
    from_start=False,
    by=[API, LIVE, WEB, RELAY, CONSUMER, SCHEDULER],
    why="The maximum of the one above.",
)

# Publishing

RELAY_LEADING = Gauge(
    "relay_leading",
    "Shards that this relay leads.",
    by=[RELAY],
    why="Their sum is the number of shards. With less, events of some orders are not published.",
)
RELAY_SHARDS = Gauge(
    "relay_shards",
    "Shards of the event log.",
    by=[RELAY],
    why="What the sum of the one above has to be.",
)
RELAY_SHARD_PUBLISHED = Counter(
    "relay_shard_published_events",
    "Events that Kafka has acknowledged, per shard.",
    unit="events",
    labels=[Label("shard", tuple(str(part) for part in range(MOST_PARTS)))],
    from_start=False,
    by=[RELAY],
    why="Whether the shards have equal work, and each of them makes progress.",
)
RELAY_PUBLISHED = Counter(
    "relay_published_events",
    "Events that Kafka has acknowledged.",
    unit="events",
    by=[RELAY],
    why="Whether publishing makes progress, and how fast.",
)
RELAY_BATCH_EVENTS = Histogram(
    "relay_batch_events",
    "Events that the relay published together.",
    unit="events",
    buckets=(*SIZES, 1000, 2000),
    by=[RELAY],
    why="Full batches (2,000) one after the other mean that the relay is behind.",
)
RELAY_BATCH_SECONDS = Histogram(
    "relay_batch_seconds",
    "From the first record of a batch to Kafka's last acknowledgement.",
    unit="seconds",
    buckets=QUICK,
    by=[RELAY],
    why="Whether Kafka is the slow part.",
)
RELAY_PROGRESS = Gauge(
    "relay_progress_timestamp_seconds",
    "When this relay last saved its position, in seconds since the epoch.",
    unit="seconds",
    by=[RELAY],
    why="A leader that saves nothing has lost its lease or PostgreSQL.",
)
RELAY_HELD_UP = Gauge(
    "relay_held_up_seconds",
    "How long events have waited for a transaction that may still write before them.",
    unit="seconds",
    by=[RELAY],
    why="A forgotten transaction holds everything up.",
)

# Consumer groups

CONSUMER_RECORDS = Counter(
    "consumer_records",
    "Records that were processed, set aside, or passed over because they are not wanted.",
    unit="records",
    labels=[GROUP],
    by=[CONSUMER],
    why="Whether the group makes progress.",
)
CONSUMER_BATCH_RECORDS = Histogram(
    "consumer_batch_records",
    "Records of one poll.",
    unit="records",
    buckets=SIZES,
    by=[CONSUMER],
    why="Full batches (500) mean that the group is behind.",
)
CONSUMER_BATCH_SECONDS = Histogram(
    "consumer_batch_seconds",
    "The work on the records of one poll, with its pauses.",
    unit="seconds",
    buckets=QUICK,
    by=[CONSUMER],
    why="Whether this process, or what it waits for, is the slow part.",
)
CONSUMER_PAUSES = Counter(
    "consumer_pauses",
    "Pauses before the same records are tried again: the workers have enough (full), or a server is unavailable.",
    unit="pauses",
    labels=[Label("reason", ("full", "unavailable"))],
    by=[CONSUMER],
    why="With 'full', add workers; with 'unavailable', look at the server.",
)

# Mails

MAILS_WRITTEN = Counter(
    "mails_written",
    "Mails about orders that were written; those of accounts are written by api and web.",
    unit="mails",
    by=[CONSUMER],
    why="Whether events make mails.",
)
MAILS_ENDED = Counter(
    "mails_ended",
    "What became of mails: sent, failed, lapsed (of no use any more), or to be tried again later.",
    unit="mails",
    labels=[Label("outcome", ("sent", "failed", "lapsed", "later"))],
    by=[CONSUMER],
    why="Many 'later' or 'failed' mean that the mail server refuses what we send.",
)
MAIL_SECONDS = Histogram(
    "mail_send_seconds",
    "From the first command for a mail to the mail server's answer that it takes it.",
    unit="seconds",
    buckets=QUICK,
    by=[CONSUMER],
    why="Whether the mail server is slow.",
)
MAILS_WAITING = Gauge(
    "mails_waiting",
    "Mails that wait to be sent, as each notifier with a mail server counts them.",
    unit="mails",
    by=[CONSUMER],
    why="Grows while the mail server is away.",
)
MAILS_OLDEST = Gauge(
    "mails_oldest_waiting_seconds",
    "How long the oldest mail that waits has waited.",
    unit="seconds",
    by=[CONSUMER],
    why="People wait for links to confirm an address, or to choose another password.",
)

# Webhooks

WEBHOOKS_WRITTEN = Counter(
    "webhooks_written",
    "Deliveries that events made.",
    unit="deliveries",
    by=[CONSUMER],
    why="How much subscribers want.",
)
WEBHOOKS_SENT = Counter(
    "webhooks_sent",
    "Requests to subscribers, by outcome: delivered, to be tried again later, failed for good, gone (410).",
    unit="requests",
    labels=[Label("outcome", ("delivered", "later", "failed", "gone"))],
    by=[CONSUMER],
    why="Many 'later' mean that subscribers are down, or that we do not reach the outside.",
)
WEBHOOK_SECONDS = Histogram(
    "webhook_request_seconds",
    "One request to a subscriber, with connection and answer.",
    unit="seconds",
    buckets=QUICK,
    by=[CONSUMER],
    why="Whether subscribers are slow.",
)
WEBHOOKS_WAITING = Gauge(
    "webhooks_waiting",
    "Deliveries that wait, as each notifier counts them.",
    unit="deliveries",
    by=[CONSUMER],
    why="Grows while subscribers are away.",
)

WEBHOOK_ENDPOINTS = Gauge(
    "webhook_endpoints",
    "Endpoints that are on, as each notifier counts them.",
    unit="endpoints",
    by=[CONSUMER],
    why="How many subscribers there are.",
)
WEBHOOK_ENDPOINTS_HELD = Gauge(
    "webhook_endpoints_held",
    "Endpoints that are on and get single trials only, because requests to them fail; as each notifier counts them.",
    unit="endpoints",
    by=[CONSUMER],
    why="One is its owner's concern; many at once have a cause here: the network, certificates, or the clock.",
)

OF_ALL_NOTIFIERS = (MAILS_WAITING, MAILS_OLDEST, WEBHOOKS_WAITING, WEBHOOK_ENDPOINTS, WEBHOOK_ENDPOINTS_HELD)
"""Each notifier counts what all of them share."""

# The steps

STEP_BATCH_SECONDS = Histogram(
    "step_batch_seconds",
    "One batch of a step, to its last commit. Failed tries are included; the step that follows at once is not.",
    unit="seconds",
    labels=[STEP],
    buckets=QUICK,
    by=[WORKER],
    why="The tasks of each worker and step: their number, and how long they take.",
)
STEP_BATCH_ORDERS = Histogram(
    "step_batch_orders",
    "Orders of one batch of a step.",
    unit="orders",
    labels=[STEP],
    buckets=SIZES,
    by=[WORKER],
    why="Batches grow with the backlog; batches of one under load mean that batching does not work.",
)
STEP_RUNNING = Gauge(
    "step_batches_running",
    "Batches that the children of this worker work at.",
    unit="batches",
    labels=[STEP],
    by=[WORKER],
    why="What the workers do now. All children in 'charge' means that the gateway is slow.",
)
STEP_MOVED = Counter(
    "step_moved_orders",
    "Orders that the step moved.",
    unit="orders",
    labels=[STEP],
    by=[WORKER],
    why="The throughput of each step.",
)
STEPS_ONE_BY_ONE = Counter(
    "steps_one_by_one_orders",
    "Orders that could take several steps in one commit, and take them one by one.",
    unit="orders",
    labels=[Label("reason", tuple(OneByOne))],
    by=[WORKER],
    why="Each costs twice the work. A log line names the cause of 'held' and 'failed'; with 'slow', see the gateway.",
)
STEP_RETRIES = Counter(
    "step_retries",
    "Batches tried again, because PostgreSQL was unavailable.",
    unit="batches",
    labels=[STEP],
    by=[WORKER],
    why="Grows while PostgreSQL is away or restarts.",
)
STEP_LEFT = Counter(
    "step_left_orders",
    "Orders left to the watchdog: the tries are used up, a row is held, or the task broker is unavailable.",
    unit="orders",
    labels=[STEP],
    by=[WORKER],
    why="These orders wait for the watchdog's next hint.",
)
STEP_FAILED = Counter(
    "step_failed_orders",
    "Orders on which the step failed with an error of its own.",
    unit="orders",
    labels=[STEP],
    by=[WORKER],
    why="A fault in the code or the data: see the log line 'step failed'.",
)

# The payment gateway

GATEWAY_ANSWERS = Counter(
    "gateway_answers",
    "Answers of the payment gateway, by verdict; 'unknown' includes those that did not come in time.",
    unit="answers",
    labels=[Label("verdict", tuple(Verdict))],
    by=[WORKER],
    why="Many 'unknown' mean that the gateway is slow, down, or breaks its contract.",
)
PROVIDER_EVENTS = Counter(
    "provider_events",
    "Webhooks of the payment provider: settled (the payment, by them), known, ignored (their type says nothing here), "
    "strange (a dead letter tells an operator), or refused (signature, time or form).",
    unit="events",
    labels=[Label("outcome", ("settled", "known", "ignored", "strange", "refused"))],
    by=[API],
    why="Many 'settled' mean that answers get lost; many 'refused', that the secrets differ or somebody else sends.",
)
GATEWAY_OPENED = Counter(
    "gateway_circuit_opened",
    "How often a circuit breaker stopped the requests to the gateway.",
    unit="times",
    by=[WORKER],
    why="The gateway is down, as a child of a worker sees it.",
)
GATEWAY_CIRCUIT = Gauge(
    "gateway_circuits_open",
    "Children of this worker whose circuit breaker is open or half open.",
    unit="circuits",
    by=[WORKER],
    why="Orders are not charged while it is above 0.",
)

# Forgotten and failed work

DEAD_LETTERS = Counter(
    "dead_letters_written",
    "Dead letters that were written, by source; one that is written again while open counts again.",
    unit="letters",
    labels=[Label("source", ("relay", *GROUPS, "worker", "watchdog", "mail", "webhook", "provider", OTHER))],
    by=[API, RELAY, CONSUMER, WORKER, SCHEDULER],
    why="Something could not be processed: see `pedidos dead-letters list`.",
)
HINTED_AGAIN = Counter(
    "watchdog_hinted_orders",
    "Orders that made no progress and were hinted again, by the step that they wait for.",
    unit="orders",
    labels=[STEP],
    by=[SCHEDULER],
    why="Hints get lost: a worker was killed, or the task broker lost its queue.",
)

# Live streams

STREAMS = Gauge(
    "streams_open",
    "Live streams that are open.",
    unit="streams",
    by=[LIVE],
    why="How many watch.",
)
STREAMS_MOST = Gauge(
    "streams_most",
    "Live streams that this process accepts.",
    unit="streams",
    by=[LIVE],
    why="The maximum of the one above; beyond it, new streams are answered with 503.",
)
STREAMS_ENDED = Counter(
    "streams_ended",
    "Live streams that ended, by reason.",
    unit="streams",
    labels=[Label("reason", ENDED)],
    by=[LIVE],
    why="'slow reader' and 'events missing' are faults; the others are not.",
)
STREAM_EVENTS = Counter(
    "stream_events",
    "Events that were handed to the streams of this process.",
    unit="events",
    by=[LIVE],
    why="Whether live events flow.",
)
STREAM_EVENT_AGE = Histogram(
    "stream_event_age_seconds",
    "The age of the oldest event of each hand-over to the streams.",
    unit="seconds",
    buckets=(*QUICK[3:9], 2.0, 5.0, 10.0, 30.0, 60.0),
    by=[LIVE],
    why="The objective 'streams fresh'.",
)

# The platform as a whole, read at each scrape of the scheduler

ORDERS = Gauge(
    "orders",
    "Orders by state. Beyond 100,000 orders, the numbers of those that have ended are estimates, and those for later"
    " are counted up to 10,000.",
    unit="orders",
    labels=[Label("status", tuple(Status))],
    by=[SCHEDULER],
    why="Where orders wait.",
)
OLDEST_ORDER = Gauge(
    "orders_oldest_seconds",
    "The age of the oldest order that the platform still has to move; 0 if none waits.",
    unit="seconds",
    by=[SCHEDULER],
    why="Orders are stuck if it grows.",
)
UNPUBLISHED = Gauge(
    "unpublished_events",
    "Events that are not published, 100,000 at most.",
    unit="events",
    by=[SCHEDULER],
    why="How far the relay is behind.",
)
UNPUBLISHED_AGE = Gauge(
    "unpublished_oldest_seconds",
    "The age of the oldest event that is not published; 0 if there is none.",
    unit="seconds",
    by=[SCHEDULER],
    why="Publishing is held up if it grows.",
)
PUBLISHED = Gauge(
    "published_events",
    "The position of the relay: the running number of the last event that it has recorded as published.",
    unit="events",
    by=[SCHEDULER],
    why="Seconds since progress: time() - timestamp of its last change.",
)
PUBLISHING_BLOCKED = Gauge(
    "publishing_blocked",
    "1 while publishing waits for this: a transaction, a leader, or `pedidos reconcile` (refusal).",
    labels=[Label("by", ("transaction", "no leader", "refusal"))],
    by=[SCHEDULER],
    why="What holds publishing up.",
)
CONSUMER_LAG = Gauge(
    "consumer_lag_records",
    "Records that the group has not processed.",
    unit="records",
    labels=[GROUP],
    by=[SCHEDULER],
    why="A backlog at Kafka: normal while the workers have enough to do, and not without progress.",
)
CONSUMER_STOPPED = Gauge(
    "consumer_stopped_partitions",
    "Partitions at which the group has stopped, because too many records could not be decoded.",
    unit="partitions",
    labels=[GROUP],
    by=[SCHEDULER],
    why="Orders of these partitions do not reach the workers.",
)
QUEUE_MESSAGES = Gauge(
    "queue_messages",
    "Messages that wait in Celery's queues.",
    unit="messages",
    labels=[Label("queue", QUEUES)],
    by=[SCHEDULER],
    why="Queues that stay long need more workers.",
)
DEAD_LETTERS_OPEN = Gauge(
    "dead_letters_open",
    "Dead letters that wait for an operator.",
    unit="letters",
    by=[SCHEDULER],
    why="Somebody has to look: `pedidos dead-letters list`.",
)
PAYMENTS_UNSETTLED = Gauge(
    "payments_unsettled",
    "Payments whose outcome is not known, or whose money is being returned.",
    unit="payments",
    by=[SCHEDULER],
    why="Grows while the gateway is down.",
)
LEDGER_VIOLATIONS = Gauge(
    "ledger_violations",
    "What the last check of the ledger found: products whose reserved units differ from their orders, and paid orders "
    "without a captured payment of their total.",
    unit="violations",
    labels=[Label("invariant", INVARIANTS)],
    by=[SCHEDULER],
    why="Must be 0 at every moment: stop and look.",
)
LEDGER_CHECKED = Gauge(
    "ledger_checked_timestamp_seconds",
    "When the ledger was last checked, in seconds since the epoch.",
    unit="seconds",
    by=[SCHEDULER],
    why="The verdict above is as old as this.",
)
FIGURES_READ = Gauge(
    "figures_read_timestamp_seconds",
    "When the figures of this part were last read, in seconds since the epoch.",
    unit="seconds",
    labels=[Label("part", ("database", "consumers", "queues"))],
    by=[SCHEDULER],
    why="A part whose server is away keeps its last figures, and this says how old they are.",
)
DISK_FREE = Gauge(
    "disk_free_bytes",
    "Free bytes on the file system of the state folder.",
    unit="bytes",
    by=[SCHEDULER],
    why="On one machine, all servers write there. In containers, node_exporter watches the volumes.",
)
DISK_SIZE = Gauge(
    "disk_size_bytes",
    "Size of the file system of the state folder.",
    unit="bytes",
    by=[SCHEDULER],
    why="For the share that is free.",
)
CERTIFICATE_END = Gauge(
    "certificate_end_timestamp_seconds",
    "When the edge's certificate ends, in seconds since the epoch; 0 if PEDIDOS_CERTIFICATE_FILE is not set.",
    unit="seconds",
    by=[SCHEDULER],
    why="Clients refuse the edge after it.",
)

# Traces

SPANS_SENT = Counter(
    "spans_sent",
    "Spans that the destination took.",
    unit="spans",
    labels=[Label("destination", ("store", "collector"))],
    by=[API, LIVE, WEB, RELAY, CONSUMER, WORKER],
    why="Whether traces arrive.",
)
SPANS_DROPPED = Counter(
    "spans_dropped",
    "Spans that were dropped, because the destination is away, slow or full.",
    unit="spans",
    labels=[Label("destination", ("store", "collector"))],
    by=[API, LIVE, WEB, RELAY, CONSUMER, WORKER],
    why="Traces have gaps. Orders are not affected.",
)

# Keys

SIGNING_KEY_SINCE = Gauge(
    "signing_key_since_timestamp_seconds",
    "When the current key began to sign access tokens, by the key set, in seconds since the epoch; 0 if unreadable.",
    unit="seconds",
    by=[API],
    why="A key should be replaced after a year.",
)

CATALOGUE: tuple[Metric[object], ...] = tuple(each for each in list(globals().values()) if isinstance(each, Metric))
"""All of the above, in this order."""


def of(process: Recorder) -> list[Metric[object]]:
    """The metrics that this kind of process records."""
    return [metric for metric in CATALOGUE if process in metric.by]
