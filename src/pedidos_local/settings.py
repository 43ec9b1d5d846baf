"""The settings of the local platform: its own, and all that its processes read."""

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, HttpUrl
from pydantic_core import PydanticCustomError

from pedidos.settings.groups.broker import HintSettings, QueueSettings
from pedidos.settings.groups.database import ConnectionSettings
from pedidos.settings.groups.identity import (
    AccountKeySettings,
    KeySettings,
    SecondFactorSettings,
    SignInSettings,
    TokenSettings,
    VerifiedSettings,
)
from pedidos.settings.groups.kafka import (
    DeadLetterSettings,
    EventTopicSettings,
    LeaseSettings,
    RelayBatchSettings,
    ShardSettings,
    TopicSettings,
)
from pedidos.settings.groups.notifying import (
    KeptMailsSettings,
    MailboxSettings,
    MailServerSettings,
    OrderMailSettings,
    WebhookSettings,
)
from pedidos.settings.groups.orders import (
    CourierSettings,
    GatewaySettings,
    OrderLimitSettings,
    PaymentEventSettings,
    StepSettings,
    WatchdogSettings,
)
from pedidos.settings.groups.process import LivenessSettings, LogSettings
from pedidos.settings.groups.retention import RetentionSettings
from pedidos.settings.groups.serving import (
    AnonymousSettings,
    DemoDataSettings,
    DocsSettings,
    EdgeSettings,
    PageSettings,
    RequestSettings,
    StreamSettings,
)
from pedidos.settings.groups.telemetry import CertificateSettings, TraceKeySettings, TraceSettings
from pedidos.settings.groups.types import OptionalSecret, WebUrl
from pedidos.settings.processes import FiguresSettings
from pedidos_gateway.settings import BookSettings


def _without_path(url: HttpUrl) -> HttpUrl:
    """Clients ask for /v1/… of it, and could not follow a path."""
    if url.path not in (None, "", "/"):
        raise PydanticCustomError("path", "it should be https://host:port, without a path")
    return url


PublicUrl = Annotated[WebUrl, AfterValidator(_without_path)]


class LocalSettings(LivenessSettings):
    """Where the platform is on this machine."""

    reader: ClassVar[str] = "local platform"

    port_base: int = Field(8400, ge=1024, le=65000, description="First of the 100 ports that the local platform uses.")
    prometheus: bool = Field(
        False, description="Whether `up` also runs Prometheus or VictoriaMetrics, as with `--with prometheus`."
    )
    kafka_brokers: int = Field(1, ge=1, le=3, description="Kafka brokers that `up` starts, when it starts Kafka.")


class ClientSettings(LocalSettings, TraceKeySettings):
    """What `order` and `demo` need to reach the platform as its clients do."""

    reader: ClassVar[str] = "order"

    public_url: PublicUrl = Field(description="The HTTPS address that clients use.")
    ca_file: Path | None = Field(
        None, description="Certificate authority that signed the public address's certificate."
    )


class DemoSettings(ClientSettings, FiguresSettings):
    reader: ClassVar[str] = "demo"


class PlatformSettings(
    ClientSettings,
    LogSettings,
    ConnectionSettings,
    FiguresSettings,
    TopicSettings,
    EventTopicSettings,
    GatewaySettings,
    BookSettings,
    EdgeSettings,
    AnonymousSettings,
    KeySettings,
    AccountKeySettings,
    RequestSettings,
    PageSettings,
    TokenSettings,
    SignInSettings,
    VerifiedSettings,
    SecondFactorSettings,
    OrderLimitSettings,
    StreamSettings,
    RelayBatchSettings,
    LeaseSettings,
    ShardSettings,
    HintSettings,
    DeadLetterSettings,
    QueueSettings,
    StepSettings,
    CourierSettings,
    WatchdogSettings,
    RetentionSettings,
    DemoDataSettings,
    DocsSettings,
    MailServerSettings,
    OrderMailSettings,
    KeptMailsSettings,
    MailboxSettings,
    WebhookSettings,
    TraceSettings,
    CertificateSettings,
    PaymentEventSettings,
):
    """All that a platform's processes read, except for what differs from process to process."""

    payment_events_url: WebUrl | None = Field(
        None, description="Where the gateway simulator with intents sends its webhooks: …/v1/payment-events."
    )
    gateway_admin_key: OptionalSecret = Field(
        None, description="Key for the gateway simulator's faults and book; none when the gateway is external."
    )
