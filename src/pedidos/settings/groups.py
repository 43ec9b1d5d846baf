"""The variables in groups, one for each thing that a process uses. A variable without a default must be set."""

import re
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, HttpUrl, UrlConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from pedidos.sentence import Sentence
from pedidos.settings import addresses
from pedidos.settings.base import SECRET, Invalid, Settings

# Three addresses stay text, because pydantic's types for them refuse or change what the drivers understand:
# PostgresDsn wants a host (a Unix socket has none, and several hosts stand in the query) and drops an empty password;
# RedisDsn knows no redis+socket, adds a port and a database, and turns a list of brokers into one; KafkaDsn wants a
# scheme and takes a single broker.
DatabaseUrl = Annotated[str, AfterValidator(addresses.database)]
BrokerUrl = Annotated[str, AfterValidator(addresses.broker)]
RecordKeyList = Annotated[str, SECRET, AfterValidator(addresses.record_keys)]
KafkaBootstrap = Annotated[str, AfterValidator(addresses.kafka)]
Secret = Annotated[str, SECRET]
OptionalSecret = Annotated[str | None, SECRET]
WebUrl = Annotated[HttpUrl, UrlConstraints(preserve_empty_path=True)]


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


class LivenessSettings(Settings):
    hung_seconds: float = Field(
        30.0,
        ge=5,
        description="How long a process may give no sign of life before it is replaced; servers: twice.",
    )


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


class PoolSettings(Settings):
    database_pool: int = Field(
        10, ge=1, description="Connections that one process keeps at most; an api process at least 4."
    )
    database_timeout_seconds: float = Field(
        1.5, gt=0, description="Longest wait for a connection from the pool or the server."
    )
    statement_timeout_seconds: float = Field(10.0, gt=0, description="Longest run of one statement.")


class DatabaseSettings(PoolSettings):
    database_url: DatabaseUrl = Field(description="PostgreSQL, as postgresql://user:password@host:port/name.")
    database_pooler: bool = Field(
        False,
        description="Whether PEDIDOS_DATABASE_URL leads to a pooler that gives a session for a transaction, such as"
        " PgBouncer with pool_mode transaction.",
    )
    database_direct_url: DatabaseUrl | None = Field(
        None,
        description="PostgreSQL itself where PEDIDOS_DATABASE_URL leads to a pooler: for what needs a session of its"
        " own (the relay, commands that migrate).",
    )

    def as_session(self) -> Self:
        """The same settings, with the address at which a session lasts. Raises Invalid if there is none."""
        if not self.database_pooler:
            return self
        if self.database_direct_url is None:
            raise Invalid(
                Sentence(
                    "{reader} needs a session of its own at PostgreSQL, and PEDIDOS_DATABASE_POOLER says that"
                    " PEDIDOS_DATABASE_URL leads to a pooler. Set PEDIDOS_DATABASE_DIRECT_URL.",
                    reader=self.reader,
                )
            )
        return self.taking("database_url", "database_direct_url").model_copy(update={"database_pooler": False})


class OwnerSettings(DatabaseSettings):
    """For commands that change the schema, or check whether it can be changed."""

    database_owner_url: DatabaseUrl | None = Field(
        None,
        description="PostgreSQL itself, no pooler, as the role that owns the tables. Default: PEDIDOS_DATABASE_URL.",
    )

    def as_owner(self) -> Self:
        """The same settings, with the role that owns the tables, in a session of its own. Raises Invalid."""
        if self.database_owner_url is None:
            return self.as_session()
        return self.taking("database_url", "database_owner_url").model_copy(update={"database_pooler": False})


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


class KafkaLoginSettings(Settings):
    """How clients trust Kafka, and prove who they are."""

    kafka_tls: bool = Field(False, description="Whether Kafka is spoken to with TLS.")
    kafka_ca_file: Path | None = Field(
        None, description="Certificate authority of Kafka's brokers. Default: those of the system."
    )
    kafka_certificate_file: Path | None = Field(
        None, description="Own certificate (PEM) for Kafka, with its chain: for mutual TLS."
    )
    kafka_key_file: Path | None = Field(None, description="Private key of PEDIDOS_KAFKA_CERTIFICATE_FILE.")
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] | None = Field(
        None,
        description="SASL mechanism. Default: PLAIN with a user, OAUTHBEARER with a token, otherwise none.",
    )
    kafka_user: str | None = Field(
        None, description="User at Kafka, or client at PEDIDOS_KAFKA_TOKEN_URL. Without one, none is named."
    )
    kafka_password: OptionalSecret = Field(None, description="Password of the user at Kafka, or secret of the client.")
    kafka_token: OptionalSecret = Field(
        None, description="Token for OAUTHBEARER; best as PEDIDOS_KAFKA_TOKEN_FILE, since tokens expire."
    )
    kafka_token_url: WebUrl | None = Field(
        None, description="Where clients get tokens for OAUTHBEARER (client credentials), as https://…"
    )
    kafka_token_scope: str | None = Field(None, description="Scope to ask for at PEDIDOS_KAFKA_TOKEN_URL.")

    @field_validator("kafka_token_url")
    @classmethod
    def _tokens_encrypted(cls, url: HttpUrl | None) -> HttpUrl | None:
        """It learns the client's secret."""
        if url is not None and url.scheme == "http" and not addresses.is_loopback(url.host or ""):
            raise PydanticCustomError("encrypted", "it should be https://… outside loopback")
        return url

    def refuse_contradictions(self) -> None:
        """Raises Invalid."""
        super().refuse_contradictions()
        if any((self.kafka_ca_file, self.kafka_certificate_file, self.kafka_key_file)) and not self.kafka_tls:
            raise Invalid(
                Sentence(
                    "A certificate for Kafka is set, and PEDIDOS_KAFKA_TLS is not. Set it to true, or remove the other."
                )
            )
        if self.kafka_key_file is not None and self.kafka_certificate_file is None:
            raise Invalid(Sentence("PEDIDOS_KAFKA_KEY_FILE is set. Set PEDIDOS_KAFKA_CERTIFICATE_FILE too."))
        mechanism = self.kafka_sasl
        if mechanism == "OAUTHBEARER" and self.kafka_token is None and self.kafka_token_url is None:
            raise Invalid(
                Sentence("OAUTHBEARER needs a token. Set PEDIDOS_KAFKA_TOKEN_FILE or PEDIDOS_KAFKA_TOKEN_URL.")
            )
        needs_user = mechanism not in (None, "OAUTHBEARER") or self.kafka_token_url is not None
        if needs_user and self.kafka_user is None:
            raise Invalid(Sentence("{mechanism} needs a user. Set PEDIDOS_KAFKA_USER.", mechanism=mechanism))

    @property
    def kafka_sasl(self) -> str | None:
        """The SASL mechanism; None for none."""
        if self.kafka_mechanism is not None:
            return self.kafka_mechanism
        if self.kafka_token is not None or self.kafka_token_url is not None:
            return "OAUTHBEARER"
        return None if self.kafka_user is None else "PLAIN"


class KafkaSettings(KafkaLoginSettings):
    kafka_bootstrap: KafkaBootstrap = Field(description="Kafka brokers, as host:port, comma-separated.")


class EventTopicSettings(KafkaSettings):
    """For processes and commands that write the events topics, or believe what is there."""

    record_keys: RecordKeyList = Field(
        description="Keys of the records on Kafka, comma-separated: the first signs, each is accepted."
    )


class DemoDataSettings(Settings):
    demo: bool = Field(True, description="Whether setup makes the demo accounts, merchants and products.")


class ExposureSettings(DemoDataSettings):
    """Where clients reach the platform, for what refuses to be reached by others."""

    public_url: str | None = Field(None, description="The HTTPS address that clients use.")
    listen: str | None = Field(None, description="Address and port on which compose.yaml publishes the edge.")


class AccountKeySettings(Settings):
    account_keys: RecordKeyList = Field(
        description="Keys of second factors and of the links of mails, comma-separated: the first one is for new ones,"
        " each is accepted."
    )


class VerifiedSettings(Settings):
    require_verified: bool = Field(
        True, description="Whether customers can order only once they have confirmed their e-mail address."
    )


class SecondFactorSettings(Settings):
    """Who needs a second factor, and how often codes can be tried."""

    operators_second_factor: Literal["public", "always", "never"] = Field(
        "public",
        description="Whether operators need a second factor; public: where others reach the platform"
        " (PEDIDOS_PUBLIC_URL or PEDIDOS_LISTEN is not on loopback).",
    )
    codes_per_hour: int = Field(10, ge=1, description="Wrong codes of a second factor per account and hour.")


class MailServerSettings(Settings):
    """The mail server that takes our mails."""

    smtp_host: str | None = Field(
        None, description="Mail server (SMTP). Without one, mails are written and not sent, and none is about an order."
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_tls: Literal["starttls", "implicit", "none"] = Field(
        "starttls",
        description="Encryption at the mail server: starttls (port 587), implicit (465), or none, on loopback alone.",
    )
    smtp_ca_file: Path | None = Field(
        None, description="Certificate authority of the mail server. Default: those of the system."
    )
    smtp_user: str | None = Field(None, description="User at the mail server. Without one, none is named.")
    smtp_password: OptionalSecret = Field(None, description="Password of the user at the mail server.")
    mail_lease_seconds: float = Field(
        60.0,
        ge=25,
        description="How long a mail belongs to the notifier that sends it; longer than a sending may take.",
    )
    mail_from: str = Field("pedidos <no-reply@pedidos.example>", description="Sender of our mails.")

    @field_validator("smtp_tls")
    @classmethod
    def _mails_encrypted(cls, tls: str, others: ValidationInfo) -> str:
        """Mails have addresses, and links that let their reader into an account."""
        if tls == "none" and not addresses.is_loopback(others.data.get("smtp_host") or "localhost"):
            raise PydanticCustomError("encrypted", "it should be starttls or implicit outside loopback")
        return tls

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, sender: str) -> str:
        _, address = parseaddr(sender)
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or not sender.isprintable() or not sender.isascii():
            raise PydanticCustomError("sender", "it should be an address, such as shop <no-reply@example.org>")
        return sender


class OrderMailSettings(Settings):
    mail_language: Literal["en", "pt"] = Field(
        "pt", description="Language of mails to accounts whose own is not known: those that an operator created."
    )
    order_mails: bool = Field(
        True, description="Whether customers and merchants get mails about orders, if there is a mail server."
    )
    order_mails_per_hour: int = Field(
        60, ge=1, description="Mails about orders to one account within an hour; of further events none is written."
    )


class WebhookAddressSettings(Settings):
    webhook_allow_loopback: bool = Field(
        False,
        description="Whether webhooks may go to this machine itself (127.0.0.1, ::1), also by http://: for a demo.",
    )


class WebhookSettings(WebhookAddressSettings):
    webhook_timeout_seconds: float = Field(
        15.0, gt=0, le=30, description="Longest wait for a subscriber of webhooks: connection, request and answer."
    )
    webhook_ca_file: Path | None = Field(
        None, description="Certificate authority of subscribers, besides those of the system."
    )


class MailboxSettings(Settings):
    mailbox_dir: Path | None = Field(
        None, description="Folder (Maildir) of what the mail server of a local demo took, for the page /mailbox."
    )


class KeptMailsSettings(Settings):
    mailbox_most: int = Field(1000, ge=1, description="Mails that a local demo keeps, the newest ones.")


class DocsSettings(Settings):
    demo_password: OptionalSecret = Field(
        None, description="Password of the demo's customer, for the sign-in example of /docs on this machine alone."
    )


class PartitionSettings(Settings):
    partitions: int = Field(6, ge=1, description="Partitions of the order topics.")
    replication: int = Field(1, ge=1, description="Copies of each partition.")


class TopicSettings(KafkaSettings, PartitionSettings):
    """For commands that create the topics, or compare them with their declarations."""

    kafka_reader: str | None = Field(
        None, description="User at Kafka whom `topics` lets read our topics: that of web. Without one, none is named."
    )


class KafkaLookSettings(KafkaLoginSettings):
    """For the operators' pages, which look at Kafka and write nothing there."""

    kafka_bootstrap: KafkaBootstrap | None = Field(None, description="Kafka brokers; without them, no page shows it.")
    record_keys: Annotated[RecordKeyList | None, SECRET] = Field(
        None, description="Keys of the records on Kafka; without them, no page checks a signature."
    )


class KeySettings(Settings):
    keys_dir: Path = Field(
        description="Folder of the JWT keys: signing.pem and refresh.key (api only), next.pem and jwks.json."
    )


class ActingSettings(Settings):
    """Who runs a command, for the audit log, in addition to the user of the operating system."""

    operator_token: OptionalSecret = Field(
        None, description="Access token of the operator who runs a command, for the audit log."
    )
    keys_dir: Path | None = Field(None, description="Folder of the JWT keys, to check PEDIDOS_OPERATOR_TOKEN.")


class BodySettings(Settings):
    max_body_bytes: int = Field(64 * 1024, description="Largest request body accepted.")


class RequestSettings(BodySettings):
    api_threads: int = Field(32, ge=1, description="Requests that one api process handles at a time.")


class PageSettings(Settings):
    web_threads: int = Field(8, ge=1, description="Requests that one web process handles at a time.")
    page_streams: int = Field(
        32, ge=1, description="Pages of figures to which one web process pushes at a time; another one asks instead."
    )


class TokenSettings(Settings):
    access_token_seconds: int = Field(900, ge=5, le=24 * 3600, description="Life of an access token.")
    refresh_token_seconds: int = Field(
        14 * 24 * 3600, ge=60, description="Life of a refresh token: a session that is not used for this long ends."
    )
    session_seconds: int = Field(
        30 * 24 * 3600, ge=60, description="How long after its sign-in a session ends, however much it is used."
    )
    refresh_grace_seconds: int = Field(
        30, ge=0, le=60, description="How long the client that used a refresh token may repeat that request."
    )


class OptionalBrokerSettings(BrokerSafetySettings):
    """For commands that also work without a broker."""

    broker_url: BrokerUrl | None = Field(None, description="Task broker.")


class SignInSettings(OptionalBrokerSettings):
    """The limit on sign-ins. Api processes count together in the broker, if one is set and
    it is Redis or Valkey."""

    sign_in_limit: str = Field(
        "20 per minute", description="Sign-ins and registrations per client: an IPv4 address, or an IPv6 /64."
    )
    guesses_per_hour: int = Field(
        100,
        ge=1,
        description="Failed sign-ins per account and hour, before only clients near a session of it may try.",
    )
    hashing_threads: int = Field(
        2, ge=1, description="Passwords that one api or web process hashes at a time; each takes 19 MiB."
    )


class StreamSettings(Settings):
    heartbeat_seconds: float = Field(15.0, gt=0, description="Longest silence on a live stream.")
    streams: int = Field(2000, ge=1, description="Live streams that one live process holds at most.")
    streams_per_customer: int = Field(8, ge=1, description="Of these, the streams of one customer.")
    streams_per_merchant: int = Field(
        64, ge=1, description="Of these, the streams of one merchant, all accounts together, or of one operator."
    )
    stream_buffer: int = Field(1000, ge=1, description="Events that a live stream may lag before it is dropped.")


class RelayBatchSettings(Settings):
    relay_batch: int = Field(
        2000, ge=1, description="Events that the relay publishes at most before it saves its position."
    )


class ShardSettings(Settings):
    relay_shards: int = Field(
        1,
        ge=1,
        le=16,  # MOST_PARTS in pedidos.domain.sharding
        description="Shards of the event log, which relays publish side by side. The number can be raised on a running"
        " platform, and is never lowered: a smaller one than there is has no effect.",
    )


class LeaseSettings(Settings):
    relay_lease_seconds: float = Field(10.0, gt=0, description="How long a relay leads without a sign of life.")


class HintSettings(Settings):
    bridge_batch: int = Field(500, ge=1, description="Orders in one Celery message at most.")


class DeadLetterSettings(Settings):
    dead_letter_limit: int = Field(
        100, ge=0, description="Records of a partition that in a row become dead letters before a consumer stops there."
    )
    dead_letter_ratio: float = Field(
        0.1, ge=0, le=1, description="Dead letters that each decoded record allows again, up to the limit."
    )


class QueueSettings(Settings):
    queue_limit: int = Field(8, ge=1, description="Messages in the Celery queues above which the bridge pauses.")


class WorkerPoolSettings(Settings):
    worker_concurrency: int = Field(2, ge=1, description="Child processes of one worker.")


class RoomSettings(PoolSettings, WorkerPoolSettings, PageSettings):
    """The number of connections that the processes open follows from these."""


class ConnectionSettings(RoomSettings, OwnerSettings):
    """For the check of PostgreSQL."""


class PaymentSettings(Settings):
    payment_deadline_seconds: float = Field(
        300.0, gt=0, description="How long after the gateway was first asked an unpaid order expires."
    )
    payment_limit_seconds: float = Field(
        4 * 3600.0, gt=0, description="How long an order waits, with its stock, for a gateway that cannot be asked."
    )


class AcceptanceSettings(Settings):
    acceptance_seconds: float = Field(
        300.0,
        ge=0,
        description="How long a merchant may take to accept a confirmed order, before the order is cancelled and its"
        " money returned; 0: without limit.",
    )


class CourierSettings(Settings):
    courier_lease_seconds: float = Field(
        1800.0,
        ge=60,
        description="How long an order belongs to the courier who took it or picked it up; then another can take it.",
    )


class GatewayPatienceSettings(Settings):
    charge_timeout_seconds: float = Field(10.0, gt=0, description="Longest wait for the gateway's answer.")


class GatewaySettings(GatewayPatienceSettings):
    gateway_insecure: bool = Field(
        False, description="Allow http:// to a payment gateway on another host: its answers and our key can be changed."
    )
    payment_provider: Literal["charges", "intents"] = Field(
        "charges",
        description="Interface of the payment gateway: charges, as the demo's simulator has it, or intents (Stripe's).",
    )
    gateway_url: WebUrl = Field(description="Payment gateway, as https://…; http:// is for loopback.")
    gateway_ca_file: Path | None = Field(
        None, description="Certificate authority of the payment gateway. Default: those of the system."
    )
    gateway_key: OptionalSecret = Field(
        None, description="Key for the payment gateway, sent as a bearer token. Without one, none is sent."
    )

    @field_validator("gateway_url")
    @classmethod
    def _encrypted(cls, url: HttpUrl, others: ValidationInfo) -> HttpUrl:
        """The gateway learns our key and payment tokens, and its answers decide about money."""
        if url.scheme == "http" and not addresses.is_loopback(url.host or "") and not others.data["gateway_insecure"]:
            raise PydanticCustomError(
                "encrypted", "it should be https://… outside loopback; PEDIDOS_GATEWAY_INSECURE=true allows http://"
            )
        return url


class PaymentEventSettings(Settings):
    payment_event_secrets: OptionalSecret = Field(
        None,
        description="Secrets of the payment provider's webhooks, comma-separated: each is accepted. None: no webhooks.",
    )

    @property
    def event_secrets(self) -> list[str]:
        return [each for each in (self.payment_event_secrets or "").split(",") if each]


class StepSettings(PaymentSettings, AcceptanceSettings, GatewayPatienceSettings):
    """For the steps of the pipeline, in addition to PostgreSQL and the gateway."""

    fused_steps: bool = Field(
        True, description="Whether steps that need no answer from outside share a commit; false: each has its own."
    )
    charge_patience_seconds: float = Field(0.25, gt=0, description="How long a batch waits together for its charges.")
    charge_lease_seconds: float = Field(
        30.0, gt=0, le=300, description="How long a charge belongs to the worker that began it."
    )


class WatchdogSettings(Settings):
    watchdog_seconds: float = Field(2.0, gt=0, description="How often the watchdog looks.")
    stalled_after_seconds: float = Field(
        15.0, gt=0, description="How long an order may make no progress before it is hinted again."
    )


class IdempotencySettings(Settings):
    idempotency_hours: int = Field(24, ge=1, description="How long an Idempotency-Key is kept.")


class OrderLimitSettings(Settings):
    """The limits of each account."""

    orders_per_minute: int = Field(120, ge=1, description="Orders that one account can place within a minute.")
    unpaid_orders: int = Field(50, ge=1, description="Orders of one account that can wait for their payment.")
    unpaid_units: int = Field(
        100, ge=1, description="Units of one product in all orders of an account that wait for their payment."
    )


AUDIT_DAYS_LEAST = 30
"""The trigger audit_log_keeps refuses to delete younger entries of the audit log."""


def _kept_long_enough(days: int) -> int:
    if 0 < days < AUDIT_DAYS_LEAST:
        raise PydanticCustomError("audit_days", "the last 30 days are always kept")
    return days


class RetentionSettings(IdempotencySettings):
    """What is removed when. 0: never."""

    events_days: int = Field(
        90, ge=0, description="Days after the end of an order for which its events are kept; 0: forever."
    )
    orders_days: int = Field(
        1826, ge=0, description="Days after which an order that has ended no longer says who placed it; 0: never."
    )
    contacts_days: int = Field(
        7, ge=1, description="Days after the end of an order for which its recipient, phone, address and note are kept."
    )
    dead_letters_days: int = Field(
        365, ge=0, description="Days for which dead letters are kept after they are closed; 0: forever."
    )
    mails_days: int = Field(
        30, ge=0, description="Days for which mails are kept; those that wait to be sent, 7 at least; 0: forever."
    )
    webhooks_days: int = Field(
        30, ge=0, description="Days for which deliveries of webhooks and their attempts are kept; 0: forever."
    )
    audit_days: Annotated[int, AfterValidator(_kept_long_enough)] = Field(
        730, ge=0, description="Days for which the audit log is kept, 30 or more; 0: forever."
    )
