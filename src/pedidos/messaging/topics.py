"""The declarations of all Kafka topics."""

from dataclasses import dataclass

PLACED = "pedidos.orders.placed"
EVENTS = "pedidos.orders.events"
DEAD_LETTERS = "pedidos.dead-letters"

DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Topic:
    """partitions: None for the number in the settings. The records of an order have one key, so one partition."""

    name: str
    summary: str
    partitions: int | None
    retention_ms: int


TOPICS = (
    Topic(PLACED, "New orders, for the bridge to hand to the workers.", None, 7 * DAY_MS),
    Topic(EVENTS, "Everything that happens to orders, for everyone who listens.", None, 7 * DAY_MS),
    Topic(DEAD_LETTERS, "Records that could not be understood, as they came, with the reason.", 1, 30 * DAY_MS),
)
