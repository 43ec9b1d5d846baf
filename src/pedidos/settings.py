"""Every setting of the platform, typed, read once from the environment and the state folder's platform.env."""

import os
import warnings
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pedidos import addresses, env_file

ENV_FILE = "platform.env"

SECRET = frozenset({"gateway_key", "gateway_admin_key"})
"""Settings that are never shown. In an address only the password is not."""

RENAMED = {"PEDIDOS_FORGOTTEN_SECONDS": "PEDIDOS_STALLED_AFTER_SECONDS"}
"""Variables whose old name works for one release, with a warning."""

Database = Annotated[str, AfterValidator(addresses.database)]
Broker = Annotated[str, AfterValidator(addresses.broker)]
Kafka = Annotated[str, AfterValidator(addresses.kafka)]
Gateway = Annotated[str, AfterValidator(addresses.web)]
Public = Annotated[str, AfterValidator(addresses.public)]


def _with_a_home(folder: Path) -> Path:
    try:
        folder.expanduser()
    except RuntimeError as error:
        raise PydanticCustomError("home", "there is no user with the home folder that ~ stands for") from error
    return folder


Folder = Annotated[Path, AfterValidator(_with_a_home)]


class Settings(BaseSettings):
    """Variables are named PEDIDOS_ and the field's name in capitals. The environment wins over platform.env."""

    model_config = SettingsConfigDict(
        env_prefix="PEDIDOS_", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    # Where things are. A URL that is set is used as it is; for one that is not, `up` starts a local server.
    state_dir: Folder = Field(
        Path(".pedidos"), description="Folder for data, logs, keys and secrets of the local platform."
    )
    port_base: int = Field(8400, ge=1024, le=65000, description="First of the 100 ports that the local platform uses.")
    database_url: Database | None = Field(None, description="PostgreSQL, as postgresql://user:password@host:port/name.")
    broker_url: Broker | None = Field(
        None, description="Task broker of Celery: redis://… (Valkey, Redis) or amqp://… (RabbitMQ)."
    )
    kafka_bootstrap: Kafka | None = Field(None, description="Kafka brokers, as host:port, comma-separated.")
    kafka_brokers: int = Field(1, ge=1, le=3, description="Kafka brokers that `up` starts, when it starts Kafka.")
    gateway_url: Gateway | None = Field(None, description="Payment gateway.")
    gateway_key: str | None = Field(
        None, description="Key for the payment gateway, sent as a bearer token. Without one, none is sent."
    )
    gateway_admin_key: str | None = Field(None, description="Key for the gateway simulator's faults and book.")
    public_url: Public | None = Field(None, description="The HTTPS address that clients use.")
    ca_file: Path | None = Field(
        None, description="Certificate authority that signed the public address's certificate."
    )
    keys_dir: Path | None = Field(None, description="Folder of the JWT keys: signing.pem (api only) and jwks.json.")

    # How each process listens and identifies itself. The supervisor and compose.yaml set these per process.
    host: str = Field("127.0.0.1", description="Address on which a process listens.")
    port: int | None = Field(None, description="Port on which this process listens.")
    instance: str = Field(
        "1", description="Name of this instance among its kind; a stable Kafka member id comes of it."
    )
    gateway_book: Path | None = Field(None, description="SQLite file in which the gateway simulator keeps its book.")
    heartbeat_file: Path | None = Field(None, description="File that each of our processes touches while it works.")
    hung_seconds: float = Field(
        30.0,
        ge=5,
        description="How long a process may give no sign of life before it is replaced; servers: twice.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe level that is logged."
    )

    # HTTP
    api_threads: int = Field(32, ge=1, description="Requests that one api process handles at a time.")
    max_body_bytes: int = Field(64 * 1024, description="Largest request body accepted.")
    access_token_seconds: int = Field(900, ge=5, description="Life of an access token.")
    refresh_token_seconds: int = Field(30 * 24 * 3600, ge=60, description="Life of a refresh token.")
    refresh_grace_seconds: int = Field(
        30, ge=0, le=60, description="How long the client that used a refresh token may repeat that request."
    )
    sign_in_limit: str = Field("20 per minute", description="Sign-ins and registrations per client address.")
    heartbeat_seconds: float = Field(15.0, gt=0, description="Longest silence on a live stream.")
    streams: int = Field(2000, ge=1, description="Live streams that one live process holds at most.")
    stream_buffer: int = Field(1000, ge=1, description="Events that a live stream may lag before it is dropped.")

    # PostgreSQL
    database_pool: int = Field(
        10, ge=1, description="Connections that one process keeps at most; an api process at least 4."
    )
    database_timeout_seconds: float = Field(
        1.5, gt=0, description="Longest wait for a connection from the pool or the server."
    )
    statement_timeout_seconds: float = Field(10.0, gt=0, description="Longest run of one statement.")

    # Pipeline
    partitions: int = Field(6, ge=1, description="Partitions of the order topics.")
    replication: int = Field(1, ge=1, description="Copies of each partition.")
    relay_batch: int = Field(
        500, ge=1, description="Events that the relay publishes at most before it saves its position."
    )
    relay_lease_seconds: float = Field(10.0, gt=0, description="How long a relay leads without a sign of life.")
    bridge_batch: int = Field(500, ge=1, description="Orders in one Celery message at most.")
    queue_limit: int = Field(8, ge=1, description="Messages in the Celery queues above which the bridge pauses.")
    worker_concurrency: int = Field(2, ge=1, description="Child processes of one worker.")
    charge_patience_seconds: float = Field(0.25, gt=0, description="How long a batch waits together for its charges.")
    charge_timeout_seconds: float = Field(10.0, gt=0, description="Longest wait for the gateway's answer.")
    charge_lease_seconds: float = Field(
        30.0, gt=0, le=300, description="How long a charge belongs to the worker that began it."
    )
    payment_deadline_seconds: float = Field(
        900.0, gt=0, description="How long after the gateway was first asked an unpaid order expires."
    )
    payment_limit_seconds: float = Field(
        4 * 3600.0, gt=0, description="How long an order waits, with its stock, for a gateway that cannot be asked."
    )
    watchdog_seconds: float = Field(2.0, gt=0, description="How often the watchdog looks.")
    stalled_after_seconds: float = Field(
        15.0, gt=0, description="How long an order may make no progress before it is hinted again."
    )
    idempotency_hours: int = Field(24, ge=1, description="How long an Idempotency-Key is kept.")
    events_days: int = Field(
        90, ge=0, description="Days after the end of an order for which its events are kept; 0: for ever."
    )

    @classmethod
    def load(cls) -> "Settings":
        """The settings of this process: environment first, then what `up` wrote into the state folder.

        Raises env_file.Damaged.
        """
        given = {name.upper() for name, value in os.environ.items() if value}
        kept = env_file.read(state_dir() / ENV_FILE)
        fields = {f"PEDIDOS_{name.upper()}": name for name in cls.model_fields}
        missing: dict[str, Any] = {
            fields[name]: kept[name] for name in (kept.keys() & fields.keys()) - given if kept[name]
        }
        for old, new in RENAMED.items():
            value = os.environ.get(old) or kept.get(old)
            if value and new not in given | kept.keys():
                warnings.warn(f"{old} is now {new}; the old name works until the next release.", FutureWarning, 2)
                missing[fields[new]] = value
        return cls(**missing)


def state_dir() -> Path:
    """The state folder, in which platform.env is looked for. Never raises: what is wrong with it, the field says."""
    given = os.environ.get("PEDIDOS_STATE_DIR") or Settings.model_fields["state_dir"].default
    return Path(os.path.realpath(os.path.expanduser(given)))  # noqa: PTH111  # Path's own raises


class Missing(Exception):
    """A setting that this process needs is not there."""


def need(settings: Settings, name: str) -> str:
    """The setting's value as text; raises Missing with what to do."""
    value = getattr(settings, name)
    if value is None:
        raise Missing(f"PEDIDOS_{name.upper()} is not set: start the platform with ./pedidos up, or set it yourself.")
    return str(value)
