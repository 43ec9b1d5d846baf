"""The spans of traces, on their way to where they are stored."""

from pedidos.telemetry.metric import Counter, Label, Recorder

SPANS_SENT = Counter(
    "spans_sent",
    "Spans that the destination took.",
    unit="spans",
    labels=[Label("destination", ("store", "collector"))],
    by=[Recorder.API, Recorder.LIVE, Recorder.WEB, Recorder.RELAY, Recorder.CONSUMER, Recorder.WORKER],
    why="Whether traces arrive.",
)
SPANS_DROPPED = Counter(
    "spans_dropped",
    "Spans that were dropped, because the destination is away, slow or full.",
    unit="spans",
    labels=[Label("destination", ("store", "collector"))],
    by=[Recorder.API, Recorder.LIVE, Recorder.WEB, Recorder.RELAY, Recorder.CONSUMER, Recorder.WORKER],
    why="Traces have gaps. Orders are not affected.",
)
