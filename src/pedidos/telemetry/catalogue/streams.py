"""Live streams."""

from pedidos.telemetry.catalogue.buckets import QUICK
from pedidos.telemetry.metric import OTHER, Counter, Gauge, Histogram, Label, Recorder

ENDED = ("finished", "client gone", "slow reader", "expired", "stopping", "events missing", OTHER)

STREAMS = Gauge(
    "streams_open",
    "Live streams that are open.",
    unit="streams",
    by=[Recorder.LIVE],
    why="How many watch.",
)
STREAMS_MOST = Gauge(
    "streams_most",
    "Live streams that this process accepts.",
    unit="streams",
    by=[Recorder.LIVE],
    why="The maximum of the one above; beyond it, new streams are answered with 503.",
)
STREAMS_ENDED = Counter(
    "streams_ended",
    "Live streams that ended, by reason.",
    unit="streams",
    labels=[Label("reason", ENDED)],
    by=[Recorder.LIVE],
    why="'slow reader' and 'events missing' are faults; the others are not.",
)
STREAM_EVENTS = Counter(
    "stream_events",
    "Events that were handed to the streams of this process.",
    unit="events",
    by=[Recorder.LIVE],
    why="Whether live events flow.",
)
STREAM_EVENT_AGE = Histogram(
    "stream_event_age_seconds",
    "The age of the oldest event of each hand-over to the streams.",
    unit="seconds",
    buckets=(*QUICK[3:9], 2.0, 5.0, 10.0, 30.0, 60.0),
    by=[Recorder.LIVE],
    why="The objective 'streams fresh'.",
)
