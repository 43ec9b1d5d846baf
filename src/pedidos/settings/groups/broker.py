"""The task broker, its queues and the workers."""

from pathlib import Path

from pydantic import Field

from pedidos.sentence import Sentence
from pedidos.settings.base import Invalid, Settings
from pedidos.settings.groups.types import BrokerUrl, OptionalSecret


class BrokerSafetySettings(Settings):
    """How to trust the task broker, and to find the one that leads."""

    broker_ca_file: Path | None = Field(
        None, description="Certificate authority of the task broker. Default: those of the system."
    )
    sentinel_master: str | None = Field(
        None, description="Name by which the sentinels of PEDIDOS_BROKER_URL (sentinel://…) know the task broker."
    )
    sentinel_user: str | None = Field(None, description="User at the sentinels themselves.")
    sentinel_password: OptionalSecret = Field(None, description="Password at the sentinels themselves.")

    def refuse_contradictions(self) -> None:
        """Raises Invalid."""
        super().refuse_contradictions()
        if str(getattr(self, "broker_url", "")).startswith("sentinel") and self.sentinel_master is None:
            raise Invalid(
                Sentence(
                    "PEDIDOS_BROKER_URL names sentinels. Set PEDIDOS_SENTINEL_MASTER to what they call the broker."
                )
            )


class BrokerSettings(BrokerSafetySettings):
    broker_url: BrokerUrl = Field(
        description="Task broker of Celery: redis://… (Valkey, Redis) or amqp://… (RabbitMQ); rediss://… and amqps://…"
        " with TLS; sentinel://…;sentinel://… or sentinels://… for the sentinels of a Redis or Valkey."
    )


class OptionalBrokerSettings(BrokerSafetySettings):
    """For commands that also work without a broker."""

    broker_url: BrokerUrl | None = Field(None, description="Task broker.")


class HintSettings(Settings):
    bridge_batch: int = Field(500, ge=1, description="Orders in one Celery message at most.")


class QueueSettings(Settings):
    queue_limit: int = Field(8, ge=1, description="Messages in the Celery queues above which the bridge pauses.")


class WorkerPoolSettings(Settings):
    worker_concurrency: int = Field(2, ge=1, description="Child processes of one worker.")
