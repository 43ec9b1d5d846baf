"""Kafka, its topics, and what publishes and consumes them."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, field_validator
from pydantic_core import PydanticCustomError

from pedidos.sentence import Sentence
from pedidos.settings import addresses
from pedidos.settings.base import SECRET, Invalid, Settings
from pedidos.settings.groups.types import KafkaBootstrap, OptionalSecret, RecordKeyList, WebUrl


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


class DeadLetterSettings(Settings):
    dead_letter_limit: int = Field(
        100, ge=0, description="Records of a partition that in a row become dead letters before a consumer stops there."
    )
    dead_letter_ratio: float = Field(
        0.1, ge=0, le=1, description="Dead letters that each decoded record allows again, up to the limit."
    )
