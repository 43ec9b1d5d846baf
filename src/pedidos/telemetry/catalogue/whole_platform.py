"""The platform as a whole, read at each scrape of the scheduler."""

from pedidos.domain.order import Status
from pedidos.domain.steps import Step
from pedidos.telemetry.catalogue.consumers import GROUP
from pedidos.telemetry.metric import Gauge, Label, Recorder

QUEUES = (*Step, "retention")
INVARIANTS = ("stock", "money")

ORDERS = Gauge(
    "orders",
    "Orders by state. Beyond 100,000 orders, the numbers of those that have ended are estimates, and those for later"
    " are counted up to 10,000.",
    unit="orders",
    labels=[Label("status", tuple(Status))],
    by=[Recorder.SCHEDULER],
    why="Where orders wait.",
)
OLDEST_ORDER = Gauge(
    "orders_oldest_seconds",
    "The age of the oldest order that the platform still has to move; 0 if none waits.",
    unit="seconds",
    by=[Recorder.SCHEDULER],
    why="Orders are stuck if it grows.",
)
UNPUBLISHED = Gauge(
    "unpublished_events",
    "Events that are not published, 100,000 at most.",
    unit="events",
    by=[Recorder.SCHEDULER],
    why="How far the relay is behind.",
)
UNPUBLISHED_AGE = Gauge(
    "unpublished_oldest_seconds",
    "The age of the oldest event that is not published; 0 if there is none.",
    unit="seconds",
    by=[Recorder.SCHEDULER],
    why="Publishing is held up if it grows.",
)
PUBLISHED = Gauge(
    "published_events",
    "The position of the relay: the running number of the last event that it has recorded as published.",
    unit="events",
    by=[Recorder.SCHEDULER],
    why="Seconds since progress: time() - timestamp of its last change.",
)
PUBLISHING_BLOCKED = Gauge(
    "publishing_blocked",
    "1 while publishing waits for this: a transaction, a leader, or `pedidos reconcile` (refusal).",
    labels=[Label("by", ("transaction", "no leader", "refusal"))],
    by=[Recorder.SCHEDULER],
    why="What holds publishing up.",
)
CONSUMER_LAG = Gauge(
    "consumer_lag_records",
    "Records that the group has not processed.",
    unit="records",
    labels=[GROUP],
    by=[Recorder.SCHEDULER],
    why="A backlog at Kafka: normal while the workers have enough to do, and not without progress.",
)
CONSUMER_STOPPED = Gauge(
    "consumer_stopped_partitions",
    "Partitions at which the group has stopped, because too many records could not be decoded.",
    unit="partitions",
    labels=[GROUP],
    by=[Recorder.SCHEDULER],
    why="Orders of these partitions do not reach the workers.",
)
QUEUE_MESSAGES = Gauge(
    "queue_messages",
    "Messages that wait in Celery's queues.",
    unit="messages",
    labels=[Label("queue", QUEUES)],
    by=[Recorder.SCHEDULER],
    why="Queues that stay long need more workers.",
)
DEAD_LETTERS_OPEN = Gauge(
    "dead_letters_open",
    "Dead letters that wait for an operator.",
    unit="letters",
    by=[Recorder.SCHEDULER],
    why="Somebody has to look: `pedidos dead-letters list`.",
)
PAYMENTS_UNSETTLED = Gauge(
    "payments_unsettled",
    "Payments whose outcome is not known, or whose money is being returned.",
    unit="payments",
    by=[Recorder.SCHEDULER],
    why="Grows while the gateway is down.",
)
LEDGER_VIOLATIONS = Gauge(
    "ledger_violations",
    "What the last check of the ledger found: products whose reserved units differ from their orders, and paid orders "
    "without a captured payment of their total.",
    unit="violations",
    labels=[Label("invariant", INVARIANTS)],
    by=[Recorder.SCHEDULER],
    why="Must be 0 at every moment: stop and look.",
)
LEDGER_CHECKED = Gauge(
    "ledger_checked_timestamp_seconds",
    "When the ledger was last checked, in seconds since the epoch.",
    unit="seconds",
    by=[Recorder.SCHEDULER],
    why="The verdict above is as old as this.",
)
FIGURES_READ = Gauge(
    "figures_read_timestamp_seconds",
    "When the figures of this part were last read, in seconds since the epoch.",
    unit="seconds",
    labels=[Label("part", ("database", "consumers", "queues"))],
    by=[Recorder.SCHEDULER],
    why="A part whose server is away keeps its last figures, and this says how old they are.",
)
DISK_FREE = Gauge(
    "disk_free_bytes",
    "Free bytes on the file system of the state folder.",
    unit="bytes",
    by=[Recorder.SCHEDULER],
    why="On one machine, all servers write there. In containers, node_exporter watches the volumes.",
)
DISK_SIZE = Gauge(
    "disk_size_bytes",
    "Size of the file system of the state folder.",
    unit="bytes",
    by=[Recorder.SCHEDULER],
    why="For the share that is free.",
)
CERTIFICATE_END = Gauge(
    "certificate_end_timestamp_seconds",
    "When the edge's certificate ends, in seconds since the epoch; 0 if PEDIDOS_CERTIFICATE_FILE is not set.",
    unit="seconds",
    by=[Recorder.SCHEDULER],
    why="Clients refuse the edge after it.",
)
