"""What processes that answer requests need."""

from pydantic import Field

from pedidos.settings.base import Settings
from pedidos.settings.groups.process import ProcessSettings
from pedidos.settings.groups.types import OptionalSecret


class ListenerSettings(Settings):
    host: str = Field("127.0.0.1", description="Address on which the process listens.")
    port: int = Field(description="Port on which the process listens.")


class ServingSettings(ProcessSettings, ListenerSettings):
    """For every process that serves HTTP."""


class EdgeSettings(Settings):
    """For every process that believes the edge about the address of a client."""

    edge_key: OptionalSecret = Field(
        None,
        description="Secret that the edge sends in X-Pedidos-Edge. X-Forwarded-For is believed only with it.",
    )


class AnonymousSettings(Settings):
    """The limit on requests without an account."""

    anonymous_per_minute: int = Field(
        1200, ge=1, description="Requests without an account per client and minute, in each process."
    )


class DemoDataSettings(Settings):
    demo: bool = Field(True, description="Whether setup makes the demo accounts, merchants and products.")


class ExposureSettings(DemoDataSettings):
    """Where clients reach the platform, for what refuses to be reached by others."""

    public_url: str | None = Field(None, description="The HTTPS address that clients use.")
    listen: str | None = Field(None, description="Address and port on which compose.yaml publishes the edge.")


class DocsSettings(Settings):
    demo_password: OptionalSecret = Field(
        None, description="Password of the demo's customer, for the sign-in example of /docs on this machine alone."
    )


class BodySettings(Settings):
    max_body_bytes: int = Field(64 * 1024, description="Largest request body accepted.")


class RequestSettings(BodySettings):
    api_threads: int = Field(32, ge=1, description="Requests that one api process handles at a time.")


class PageSettings(Settings):
    web_threads: int = Field(8, ge=1, description="Requests that one web process handles at a time.")
    page_streams: int = Field(
        32, ge=1, description="Pages of figures to which one web process pushes at a time; another one asks instead."
    )


class StreamSettings(Settings):
    heartbeat_seconds: float = Field(15.0, gt=0, description="Longest silence on a live stream.")
    streams: int = Field(2000, ge=1, description="Live streams that one live process holds at most.")
    streams_per_customer: int = Field(8, ge=1, description="Of these, the streams of one customer.")
    streams_per_merchant: int = Field(
        64, ge=1, description="Of these, the streams of one merchant, all accounts together, or of one operator."
    )
    stream_buffer: int = Field(1000, ge=1, description="Events that a live stream may lag before it is dropped.")
