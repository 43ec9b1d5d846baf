"""How clients log in at Kafka, as options of kafka-python."""

from pathlib import Path

import pytest
from kafka.net.sasl import get_sasl_mechanism

from pedidos.messaging.login import options
from pedidos.settings.groups.kafka import KafkaSettings
from tests.support.settings import forget_settings


@pytest.mark.parametrize(
    ("given", "protocol", "mechanism"),
    [
        ({}, "PLAINTEXT", None),
        ({"kafka_tls": True}, "SSL", None),
        ({"kafka_user": "relay"}, "SASL_PLAINTEXT", "PLAIN"),
        ({"kafka_user": "relay", "kafka_tls": True}, "SASL_SSL", "PLAIN"),
        ({"kafka_user": "relay", "kafka_mechanism": "SCRAM-SHA-256"}, "SASL_PLAINTEXT", "SCRAM-SHA-256"),
        ({"kafka_token": "a token", "kafka_tls": True}, "SASL_SSL", "OAUTHBEARER"),
    ],
)
def test_the_protocol_follows_from_the_settings(given: dict[str, object], protocol: str, mechanism: str | None) -> None:
    found = options(KafkaSettings.make(kafka_bootstrap="host", **given))
    assert found["security_protocol"] == protocol
    assert found.get("sasl_mechanism") == mechanism
    assert ("ssl_context" in found) == protocol.endswith("SSL")


def test_each_connection_asks_for_the_password_of_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings(monkeypatch)
    file = tmp_path / "password"
    file.write_text("old")
    monkeypatch.setenv("PEDIDOS_KAFKA_PASSWORD_FILE", str(file))
    given = options(KafkaSettings(kafka_bootstrap="host", kafka_user="relay"))
    mechanism = get_sasl_mechanism("PLAIN")
    assert mechanism(**given).auth_bytes() == b"relay\0relay\0old"
    file.write_text("newer")
    assert mechanism(**given).auth_bytes() == b"relay\0relay\0newer"


def test_scram_writes_the_signs_that_separate_its_fields_in_another_way() -> None:
    given = options(
        KafkaSettings(
            kafka_bootstrap="host", kafka_user="a=b,c", kafka_password="word", kafka_mechanism="SCRAM-SHA-512"
        )
    )
    first = get_sasl_mechanism("SCRAM-SHA-512")(**given).auth_bytes()
    assert first.startswith(b"n,,n=a=3Db=2Cc,r=")
