"""Connections of a process to PostgreSQL."""

from pedidos.telemetry.metric import Gauge, Label, Recorder

DATABASE_CONNECTIONS_USED = Gauge(
    "database_connections_used",
    "Connections to PostgreSQL in use, by pool of the process.",
    unit="connections",
    labels=[Label("pool", ("placing", "lists", "others", "main"))],
    from_start=False,
    by=[Recorder.API, Recorder.LIVE, Recorder.WEB, Recorder.RELAY, Recorder.CONSUMER, Recorder.SCHEDULER],
    why="A pool that stays at its maximum refuses requests as busy.",
)
DATABASE_CONNECTIONS_MOST = Gauge(
    "database_connections_most",
    "Connections to PostgreSQL that the pool may have.",
    unit="connections",
    labels=[Label("pool", ("placing", "lists", "others", "main"))],
    from_start=False,
    by=[Recorder.API, Recorder.LIVE, Recorder.WEB, Recorder.RELAY, Recorder.CONSUMER, Recorder.SCHEDULER],
    why="The maximum of the one above.",
)
