"""How clients trust Kafka and log in there: TLS and SASL, as options of kafka-python.

What stands in a file (certificates, a password, a token) is read again when the file changes. The next connection uses
it; connections that are open stay as they are, except that Kafka asks for a new token before the old one ends.
"""

from functools import partial

from kafka import KafkaConsumer
from kafka.admin import KafkaAdminClient
from kafka.net.sasl import register_sasl_mechanism
from kafka.net.sasl.plain import SaslMechanismPlain
from kafka.net.sasl.scram import SaslMechanismScram

from pedidos.messaging.tls import make_context
from pedidos.messaging.tokens import make_tokens
from pedidos.settings.groups.kafka import KafkaLoginSettings

OAUTH = "OAUTHBEARER"

Options = dict[str, object]


def options(settings: KafkaLoginSettings) -> Options:
    """The options of a client. Raises Misconfigured if a file is not fit."""
    chosen: Options = {"security_protocol": protocol(settings)}
    if settings.kafka_tls:
        chosen["ssl_context"] = make_context(settings)
    mechanism = settings.kafka_sasl
    if mechanism is None:
        return chosen
    chosen["sasl_mechanism"] = mechanism
    if mechanism == OAUTH:
        return chosen | {"sasl_oauth_token_provider": make_tokens(settings)}
    return chosen | {
        "sasl_plain_username": settings.kafka_user,
        "sasl_plain_password": partial(_password, settings),
    }


def protocol(settings: KafkaLoginSettings) -> str:
    """Kafka's name for this combination of TLS and SASL."""
    encryption = "SSL" if settings.kafka_tls else "PLAINTEXT"
    return encryption if settings.kafka_sasl is None else f"SASL_{encryption}"


def forget_refusals(client: KafkaConsumer | KafkaAdminClient) -> None:
    """Lets a client try again that was refused. kafka-python would repeat the refusal forever, and never ask the broker
    whether the password of now is right."""
    client._manager._auth_failures.clear()  # private: it has no public way


def _password(settings: KafkaLoginSettings) -> str:
    return settings.now("kafka_password") or ""


def _with_password_of_now(config: Options) -> Options:
    password = config["sasl_plain_password"]
    return config | {"sasl_plain_password": password() if callable(password) else password}


class FreshPlain(SaslMechanismPlain):  # type: ignore[misc]  # kafka-python ships no types
    """SASL PLAIN with a password that is asked for at each connection."""

    def __init__(self, **config: object) -> None:
        super().__init__(**_with_password_of_now(config))


class FreshScram(SaslMechanismScram):  # type: ignore[misc]  # kafka-python ships no types
    """The same for SCRAM. Also writes a comma or an equals sign in a user's name as RFC 5802 (5.1) wants it."""

    def __init__(self, **config: object) -> None:
        user = str(config["sasl_plain_username"]).replace("=", "=3D").replace(",", "=2C")
        super().__init__(**_with_password_of_now(config) | {"sasl_plain_username": user})


# kafka-python makes the mechanism of a connection by its name. It has no other place for our own.
for _name, _mechanism in (("PLAIN", FreshPlain), ("SCRAM-SHA-256", FreshScram), ("SCRAM-SHA-512", FreshScram)):
    register_sasl_mechanism(_name, _mechanism, overwrite=True)
