"""Forgotten and failed work."""

from pedidos.telemetry.catalogue.consumers import GROUPS
from pedidos.telemetry.catalogue.steps import STEP
from pedidos.telemetry.metric import OTHER, Counter, Label, Recorder

DEAD_LETTERS = Counter(
    "dead_letters_written",
    "Dead letters that were written, by source; one that is written again while open counts again.",
    unit="letters",
    labels=[Label("source", ("relay", *GROUPS, "worker", "watchdog", "mail", "webhook", "provider", OTHER))],
    by=[Recorder.API, Recorder.RELAY, Recorder.CONSUMER, Recorder.WORKER, Recorder.SCHEDULER],
    why="Something could not be processed: see `pedidos dead-letters list`.",
)
HINTED_AGAIN = Counter(
    "watchdog_hinted_orders",
    "Orders that made no progress and were hinted again, by the step that they wait for.",
    unit="orders",
    labels=[STEP],
    by=[Recorder.SCHEDULER],
    why="Hints get lost: a worker was killed, or the task broker lost its queue.",
)
