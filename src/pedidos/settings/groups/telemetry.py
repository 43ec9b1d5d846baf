"""Metrics, traces, and what they look at."""

import re
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from pedidos.settings.base import Settings
from pedidos.settings.groups.process import ProcessSettings
from pedidos.settings.groups.types import OptionalSecret, WebUrl


class TelemetrySettings(Settings):
    telemetry: bool = Field(True, description="Whether processes measure themselves.")


class MetricsSettings(TelemetrySettings):
    """Where a process serves /metrics. The supervisor and the image set them."""

    metrics_host: str = Field("127.0.0.1", description="Address on which a process serves /metrics.")
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="Port of /metrics; 0: any free one. Without it, nothing is measured."
    )
    metrics_target: Path | None = Field(
        None, description="File that the process writes for Prometheus' file_sd: where its /metrics is."
    )


class FigureSourceSettings(Settings):
    """For the process that shows the figures of all processes."""

    metrics_sources: str | None = Field(
        None,
        description="Where processes serve /metrics: kind=host:port, comma-separated; each address of a host is one. "
        "Default: those beside PEDIDOS_METRICS_TARGET.",
    )

    figures_file: Path | None = Field(
        None,
        description="File in which the figures of the operator's pages outlive a restart. Default: none.",
    )

    @field_validator("metrics_sources")
    @classmethod
    def _sources(cls, listed: str | None) -> str | None:
        """Each has its three parts."""
        for each in (listed or "").split(",") if listed else ():
            if not re.fullmatch(r"\s*[a-z]+=\S+:\d{1,5}\s*", each):
                raise PydanticCustomError("sources", "it should be kind=host:port, comma-separated")
        return listed


class ChildMetricsSettings(MetricsSettings):
    """For a process whose children count."""

    metrics_folder: Path | None = Field(
        None, description="Folder in which a worker's children count; emptied at its start. Default: a temporary one."
    )


class TraceSettings(TelemetrySettings):
    """Which orders are traced, and where their spans go."""

    trace_ratio: float = Field(
        0.01, ge=0, le=1, description="Share of the orders that are traced, besides those placed to be traced."
    )
    trace_store: bool = Field(
        True,
        description="Whether spans are kept for a day, 100,000 at most, for `trace` and the console.",
    )
    otlp_url: WebUrl | None = Field(
        None, description="A collector that takes OTLP over HTTP, such as http://localhost:4318: spans go there too."
    )


class TracedSettings(ProcessSettings, TraceSettings):
    """For every process through which orders pass."""


class TraceKeySettings(Settings):
    trace_key: OptionalSecret = Field(
        None, description="Key with which a client can have an order traced; without it, none can."
    )


class CertificateSettings(Settings):
    certificate_file: Path | None = Field(
        None, description="The edge's certificate (PEM), whose end the scheduler's metrics show."
    )
