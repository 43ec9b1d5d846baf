"""Consumer groups."""

from pedidos.telemetry.catalogue.buckets import QUICK, SIZES
from pedidos.telemetry.metric import Counter, Histogram, Label, Recorder

GROUPS = ("bridge", "notifier")
"""The consumer groups (messaging/groups.py)."""

GROUP = Label("group", GROUPS)

CONSUMER_RECORDS = Counter(
    "consumer_records",
    "Records that were processed, set aside, or passed over because they are not wanted.",
    unit="records",
    labels=[GROUP],
    by=[Recorder.CONSUMER],
    why="Whether the group makes progress.",
)
CONSUMER_BATCH_RECORDS = Histogram(
    "consumer_batch_records",
    "Records of one poll.",
    unit="records",
    buckets=SIZES,
    by=[Recorder.CONSUMER],
    why="Full batches (500) mean that the group is behind.",
)
CONSUMER_BATCH_SECONDS = Histogram(
    "consumer_batch_seconds",
    "The work on the records of one poll, with its pauses.",
    unit="seconds",
    buckets=QUICK,
    by=[Recorder.CONSUMER],
    why="Whether this process, or what it waits for, is the slow part.",
)
CONSUMER_PAUSES = Counter(
    "consumer_pauses",
    "Pauses before the same records are tried again: the workers have enough (full), or a server is unavailable.",
    unit="pauses",
    labels=[Label("reason", ("full", "unavailable"))],
    by=[Recorder.CONSUMER],
    why="With 'full', add workers; with 'unavailable', look at the server.",
)
