"""The settings that each process and each command reads. It does not start without the required ones."""

from typing import ClassVar

from pedidos.settings.base import Settings
from pedidos.settings.groups.broker import (
    BrokerSettings,
    HintSettings,
    OptionalBrokerSettings,
    QueueSettings,
    WorkerPoolSettings,
)
from pedidos.settings.groups.database import ConnectionSettings, DatabaseSettings, OwnerSettings
from pedidos.settings.groups.identity import (
    AccountKeySettings,
    ActingSettings,
    KeySettings,
    SecondFactorSettings,
    SignInSettings,
    TokenSettings,
    VerifiedSettings,
)
from pedidos.settings.groups.kafka import (
    DeadLetterSettings,
    EventTopicSettings,
    KafkaLookSettings,
    KafkaSettings,
    LeaseSettings,
    RelayBatchSettings,
    ShardSettings,
    TopicSettings,
)
from pedidos.settings.groups.notifying import (
    MailboxSettings,
    MailServerSettings,
    OrderMailSettings,
    WebhookAddressSettings,
    WebhookSettings,
)
from pedidos.settings.groups.orders import (
    AcceptanceSettings,
    CourierSettings,
    GatewaySettings,
    IdempotencySettings,
    OrderLimitSettings,
    PaymentEventSettings,
    PaymentSettings,
    StepSettings,
    WatchdogSettings,
)
from pedidos.settings.groups.process import LivenessSettings, ProcessSettings
from pedidos.settings.groups.retention import RetentionSettings
from pedidos.settings.groups.serving import (
    AnonymousSettings,
    BodySettings,
    DocsSettings,
    EdgeSettings,
    ExposureSettings,
    PageSettings,
    RequestSettings,
    ServingSettings,
    StreamSettings,
)
from pedidos.settings.groups.telemetry import (
    CertificateSettings,
    ChildMetricsSettings,
    FigureSourceSettings,
    MetricsSettings,
    TracedSettings,
    TraceKeySettings,
)


class ApiSettings(
    ServingSettings,
    TracedSettings,
    TraceKeySettings,
    MetricsSettings,
    EdgeSettings,
    AnonymousSettings,
    DatabaseSettings,
    KeySettings,
    AccountKeySettings,
    RequestSettings,
    TokenSettings,
    SignInSettings,
    VerifiedSettings,
    SecondFactorSettings,
    ExposureSettings,
    DocsSettings,
    IdempotencySettings,
    OrderLimitSettings,
    PaymentSettings,
    AcceptanceSettings,
    CourierSettings,
    WebhookAddressSettings,
    PaymentEventSettings,
):
    reader: ClassVar[str] = "api"


class LiveSettings(
    ServingSettings,
    TracedSettings,
    MetricsSettings,
    DatabaseSettings,
    EventTopicSettings,
    KeySettings,
    StreamSettings,
    SecondFactorSettings,
    ExposureSettings,
    RelayBatchSettings,
):
    reader: ClassVar[str] = "live"


class WebSettings(
    ServingSettings,
    TracedSettings,
    EdgeSettings,
    AnonymousSettings,
    MetricsSettings,
    FigureSourceSettings,
    DatabaseSettings,
    BodySettings,
    PageSettings,
    AccountKeySettings,
    TokenSettings,
    SignInSettings,
    VerifiedSettings,
    SecondFactorSettings,
    IdempotencySettings,
    OrderLimitSettings,
    PaymentSettings,
    AcceptanceSettings,
    CourierSettings,
    ExposureSettings,
    MailboxSettings,
    KafkaLookSettings,
    WebhookAddressSettings,
):
    reader: ClassVar[str] = "web"

    @property
    def broker(self) -> BrokerSettings | None:
        """The task broker, if it is known."""
        return None if self.broker_url is None else self.part(BrokerSettings)

    @property
    def kafka(self) -> KafkaSettings | None:
        """Kafka, if it is known."""
        return None if self.kafka_bootstrap is None else self.part(KafkaSettings)

    @property
    def connections(self) -> int:
        """Connections to PostgreSQL: no thread needs a second one."""
        return min(self.database_pool, self.web_threads)


class RelaySettings(
    TracedSettings,
    MetricsSettings,
    DatabaseSettings,
    EventTopicSettings,
    RelayBatchSettings,
    LeaseSettings,
    ShardSettings,
):
    reader: ClassVar[str] = "relay"

    def refuse_contradictions(self) -> None:
        """Raises Invalid: a relay listens for new orders, in a session of its own."""
        super().refuse_contradictions()
        self.as_session()


class ConsumerSettings(TracedSettings, MetricsSettings, DatabaseSettings, EventTopicSettings, DeadLetterSettings):
    """For every process of a consumer group."""

    reader: ClassVar[str] = "consumer"


class BridgeSettings(ConsumerSettings, BrokerSettings, HintSettings, QueueSettings):
    reader: ClassVar[str] = "bridge"


class NotifierSettings(
    ConsumerSettings, AccountKeySettings, ExposureSettings, MailServerSettings, OrderMailSettings, WebhookSettings
):
    reader: ClassVar[str] = "notifier"

    @property
    def makes_order_mails(self) -> bool:
        return self.order_mails and self.smtp_host is not None


class WorkerSettings(
    TracedSettings,
    ChildMetricsSettings,
    LivenessSettings,
    DatabaseSettings,
    BrokerSettings,
    GatewaySettings,
    StepSettings,
    WorkerPoolSettings,
    RetentionSettings,
):
    reader: ClassVar[str] = "worker"


class FiguresSettings(DatabaseSettings, KafkaSettings, BrokerSettings):
    reader: ClassVar[str] = "status"


class SenderSettings(EventTopicSettings, BrokerSettings):
    """For what sends records and hints again."""


class SchedulerSettings(
    ProcessSettings,
    MetricsSettings,
    CertificateSettings,
    PaymentSettings,
    AcceptanceSettings,
    WatchdogSettings,
    FiguresSettings,
    SenderSettings,
    HintSettings,
):
    """With FiguresSettings: its /metrics has the figures of the whole platform. With SenderSettings: it does what
    operators ask of dead letters on their pages."""

    reader: ClassVar[str] = "scheduler"


class SetupDataSettings(ConnectionSettings, KeySettings, ExposureSettings):
    reader: ClassVar[str] = "setup data"


class SetupTopicsSettings(TopicSettings):
    reader: ClassVar[str] = "setup topics"


class SetupSettings(SetupDataSettings, SetupTopicsSettings, OptionalBrokerSettings):
    """For both parts of `setup`. A broker is checked if one is set."""

    reader: ClassVar[str] = "setup"


class MigrateSettings(OwnerSettings):
    reader: ClassVar[str] = "migrate"


class AccountsSettings(OwnerSettings, ActingSettings):
    reader: ClassVar[str] = "accounts"


class MailSettings(OwnerSettings, AccountKeySettings, ExposureSettings, ActingSettings):
    reader: ClassVar[str] = "mail"


class WebhooksSettings(OwnerSettings, AccountKeySettings, WebhookAddressSettings, ActingSettings):
    reader: ClassVar[str] = "webhooks"


class AuditSettings(DatabaseSettings, ActingSettings):
    reader: ClassVar[str] = "audit"


class KeyFolderSettings(KeySettings):
    """For what looks at the keys, and needs no server."""

    reader: ClassVar[str] = "keys"


class KeysSettings(KeyFolderSettings, OwnerSettings):
    pass


class TopicsSettings(TopicSettings):
    reader: ClassVar[str] = "topics"


class DeadLettersSettings(DatabaseSettings, SenderSettings, HintSettings, ActingSettings):
    reader: ClassVar[str] = "dead-letters"


class ReconcileSettings(DatabaseSettings, EventTopicSettings, GatewaySettings, ActingSettings):
    reader: ClassVar[str] = "reconcile"


class TraceCommandSettings(DatabaseSettings):
    reader: ClassVar[str] = "trace"


READERS: tuple[type[Settings], ...] = (
    ApiSettings,
    LiveSettings,
    WebSettings,
    RelaySettings,
    BridgeSettings,
    NotifierSettings,
    WorkerSettings,
    SchedulerSettings,
    SetupSettings,
    MigrateSettings,
    AccountsSettings,
    MailSettings,
    WebhooksSettings,
    AuditSettings,
    KeysSettings,
    TopicsSettings,
    DeadLettersSettings,
    ReconcileSettings,
)
"""The processes and commands of the product."""
