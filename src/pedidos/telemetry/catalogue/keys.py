"""Keys that sign access tokens."""

from pedidos.telemetry.metric import Gauge, Recorder

SIGNING_KEY_SINCE = Gauge(
    "signing_key_since_timestamp_seconds",
    "When the current key began to sign access tokens, by the key set, in seconds since the epoch; 0 if unreadable.",
    unit="seconds",
    by=[Recorder.API],
    why="A key should be replaced after a year.",
)
