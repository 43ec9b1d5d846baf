"""What every process is told about itself."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from pedidos.settings.base import Settings


class LogSettings(Settings):
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe level that is logged."
    )


class ProcessSettings(LogSettings):
    """How a process identifies itself and shows that it works. The supervisor and compose.yaml set them."""

    instance: str = Field(
        "1", description="Name of this instance among its kind; a stable Kafka member id comes of it."
    )
    heartbeat_file: Path | None = Field(None, description="File that the process touches while it works.")


class LivenessSettings(Settings):
    hung_seconds: float = Field(
        30.0,
        ge=5,
        description="How long a process may give no sign of life before it is replaced; servers: twice.",
    )
