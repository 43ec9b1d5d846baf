"""Publishing."""

from pedidos.domain.sharding import MOST_PARTS
from pedidos.telemetry.catalogue.buckets import QUICK, SIZES
from pedidos.telemetry.metric import Counter, Gauge, Histogram, Label, Recorder

RELAY_LEADING = Gauge(
    "relay_leading",
    "Shards that this relay leads.",
    by=[Recorder.RELAY],
    why="Their sum is the number of shards. With less, events of some orders are not published.",
)
RELAY_SHARDS = Gauge(
    "relay_shards",
    "Shards of the event log.",
    by=[Recorder.RELAY],
    why="What the sum of the one above has to be.",
)
RELAY_SHARD_PUBLISHED = Counter(
    "relay_shard_published_events",
    "Events that Kafka has acknowledged, per shard.",
    unit="events",
    labels=[Label("shard", tuple(str(part) for part in range(MOST_PARTS)))],
    from_start=False,
    by=[Recorder.RELAY],
    why="Whether the shards have equal work, and each of them makes progress.",
)
RELAY_PUBLISHED = Counter(
    "relay_published_events",
    "Events that Kafka has acknowledged.",
    unit="events",
    by=[Recorder.RELAY],
    why="Whether publishing makes progress, and how fast.",
)
RELAY_BATCH_EVENTS = Histogram(
    "relay_batch_events",
    "Events that the relay published together.",
    unit="events",
    buckets=(*SIZES, 1000, 2000),
    by=[Recorder.RELAY],
    why="Full batches (2,000) one after the other mean that the relay is behind.",
)
RELAY_BATCH_SECONDS = Histogram(
    "relay_batch_seconds",
    "From the first record of a batch to Kafka's last acknowledgement.",
    unit="seconds",
    buckets=QUICK,
    by=[Recorder.RELAY],
    why="Whether Kafka is the slow part.",
)
RELAY_PROGRESS = Gauge(
    "relay_progress_timestamp_seconds",
    "When this relay last saved its position, in seconds since the epoch.",
    unit="seconds",
    by=[Recorder.RELAY],
    why="A leader that saves nothing has lost its lease or PostgreSQL.",
)
RELAY_HELD_UP = Gauge(
    "relay_held_up_seconds",
    "How long events have waited for a transaction that may still write before them.",
    unit="seconds",
    by=[Recorder.RELAY],
    why="A forgotten transaction holds everything up.",
)
