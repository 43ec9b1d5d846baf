"""The steps of the workers."""

from pedidos.domain.fusing import OneByOne
from pedidos.domain.steps import Step
from pedidos.telemetry.catalogue.buckets import QUICK, SIZES
from pedidos.telemetry.metric import Counter, Gauge, Histogram, Label, Recorder

STEP = Label("step", tuple(Step))

STEP_BATCH_SECONDS = Histogram(
    "step_batch_seconds",
    "One batch of a step, to its last commit. Failed tries are included; the step that follows at once is not.",
    unit="seconds",
    labels=[STEP],
    buckets=QUICK,
    by=[Recorder.WORKER],
    why="The tasks of each worker and step: their number, and how long they take.",
)
STEP_BATCH_ORDERS = Histogram(
    "step_batch_orders",
    "Orders of one batch of a step.",
    unit="orders",
    labels=[STEP],
    buckets=SIZES,
    by=[Recorder.WORKER],
    why="Batches grow with the backlog; batches of one under load mean that batching does not work.",
)
STEP_RUNNING = Gauge(
    "step_batches_running",
    "Batches that the children of this worker work at.",
    unit="batches",
    labels=[STEP],
    by=[Recorder.WORKER],
    why="What the workers do now. All children in 'charge' means that the gateway is slow.",
)
STEP_MOVED = Counter(
    "step_moved_orders",
    "Orders that the step moved.",
    unit="orders",
    labels=[STEP],
    by=[Recorder.WORKER],
    why="The throughput of each step.",
)
STEPS_ONE_BY_ONE = Counter(
    "steps_one_by_one_orders",
    "Orders that could take several steps in one commit, and take them one by one.",
    unit="orders",
    labels=[Label("reason", tuple(OneByOne))],
    by=[Recorder.WORKER],
    why="Each costs twice the work. A log line names the cause of 'held' and 'failed'; with 'slow', see the gateway.",
)
STEP_RETRIES = Counter(
    "step_retries",
    "Batches tried again, because PostgreSQL was unavailable.",
    unit="batches",
    labels=[STEP],
    by=[Recorder.WORKER],
    why="Grows while PostgreSQL is away or restarts.",
)
STEP_LEFT = Counter(
    "step_left_orders",
    "Orders left to the watchdog: the tries are used up, a row is held, or the task broker is unavailable.",
    unit="orders",
    labels=[STEP],
    by=[Recorder.WORKER],
    why="These orders wait for the watchdog's next hint.",
)
STEP_FAILED = Counter(
    "step_failed_orders",
    "Orders on which the step failed with an error of its own.",
    unit="orders",
    labels=[STEP],
    by=[Recorder.WORKER],
    why="A fault in the code or the data: see the log line 'step failed'.",
)
