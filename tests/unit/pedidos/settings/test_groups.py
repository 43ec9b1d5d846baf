"""Invalid addresses are reported as such; addresses that the libraries understand pass."""

from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from kafka.cluster import collect_hosts
from pydantic import AmqpDsn, KafkaDsn, PostgresDsn, RedisDsn, TypeAdapter, ValidationError
from redis import Redis

from pedidos.processes.celery_app import make_celery
from pedidos.settings.addresses import masked
from pedidos.settings.base import Invalid, Settings
from pedidos.settings.groups.broker import BrokerSettings
from pedidos.settings.groups.database import DatabaseSettings
from pedidos.settings.groups.kafka import KafkaSettings
from pedidos.settings.groups.orders import GatewaySettings
from pedidos.storage.engine import make_engine
from pedidos_local.settings import ClientSettings

READ_BY: dict[str, type[Settings]] = {
    "database_url": DatabaseSettings,
    "broker_url": BrokerSettings,
    "kafka_bootstrap": KafkaSettings,
    "gateway_url": GatewaySettings,
    "public_url": ClientSettings,
}

GOOD = [
    ("database_url", "postgresql://"),
    ("database_url", "postgresql://user@host"),
    ("database_url", "postgresql://user:p:a/s?s#@host:5432/name"),
    ("database_url", "postgresql+psycopg://user:word@host:5432/name?sslmode=require"),
    ("database_url", "postgresql://user:word@[::1]:5432/name"),
    ("database_url", "postgresql://user:word@one,other:5432/name"),
    ("database_url", "postgresql://user:word@/name?host=one:5432&host=other:5433"),
    ("database_url", "postgresql:///name?host=/var/run/postgresql"),
    ("broker_url", "redis://:word@host:6379/0"),
    ("broker_url", "redis://host/"),
    ("broker_url", "rediss://host?ssl_cert_reqs=required"),
    ("broker_url", "redis+socket:///run/valkey.sock"),
    ("broker_url", "amqp://user:word@host:5672//"),
    ("broker_url", "amqps://user:word@one/shop;amqps://user:word@other/shop"),
    ("kafka_bootstrap", "host"),
    ("kafka_bootstrap", "one:9092, PLAINTEXT://other:9092,"),
    ("kafka_bootstrap", "[::1]:9092,[::1],::1,fe80::abcd"),
    ("gateway_url", "https://host:8000/payments"),
    ("gateway_url", "http://localhost:8000/payments"),
    ("gateway_url", "http://127.8.0.1:8000"),
    ("gateway_url", "http://[::1]:8000"),
    ("public_url", "https://shop.example"),
    ("public_url", "https://localhost:8400/"),
]

BAD = [
    ("database_url", "nonsense"),
    ("database_url", "postgres://user:word@host/name"),
    ("database_url", "mysql://user:word@host/name"),
    ("database_url", "postgresql://user:word@host:port/name"),
    ("database_url", "postgresql://user:word@host:/name"),
    ("database_url", "postgresql://user:word@host:65536/name"),
    ("database_url", "postgresql://user:word@one:5432,other:5432/name"),
    ("broker_url", "word"),
    ("broker_url", "localhost:6379"),
    ("broker_url", "http://user:word@host"),
    ("broker_url", "redis://:word@host:port/0"),
    ("broker_url", "redis://:word@host:6379/shop"),
    ("broker_url", "amqp://user:word@host:65536//"),
    ("broker_url", "amqp://user:word@one:port;amqp://user:word@other"),
    ("kafka_bootstrap", "host:word"),
    ("kafka_bootstrap", "host:"),
    ("kafka_bootstrap", "one:9092,other:word"),
    ("kafka_bootstrap", "one:two:word"),
    ("kafka_bootstrap", "[::1]:word"),
    ("kafka_bootstrap", "[::1"),
    ("gateway_url", "host:8000"),
    ("gateway_url", "https://"),
    ("gateway_url", "http://user:word@payments.example"),
    ("gateway_url", "http://user:word@localhost.example:8000"),
    ("gateway_url", "http://user:word@10.0.0.1"),
    ("gateway_url", "http://user:word@0.0.0.0"),
    ("public_url", "ftp://user:word@shop.example"),
    ("public_url", "https://[shop.example"),
    ("public_url", "https://shop.example:word"),
    ("public_url", "https://shop.example/pedidos"),
]

PASSWORDS = [
    "a@b",
    "a:b",
    "a/b",
    "a%b",
    "a#b",
    "a?b",
    "a b",
    "ção€😀",
    "",
    "a+b",
    "[a]",
    "a\\b",
    "100%25",
    "${a}",
    "'\"",
]


@pytest.mark.parametrize(("name", "address"), GOOD)
def test_an_address_that_is_understood_passes_as_it_is(name: str, address: str) -> None:
    values: dict[str, Any] = {name: address}
    settings = READ_BY[name](**values)
    assert str(getattr(settings, name)) == address
    if isinstance(settings, DatabaseSettings):
        make_engine(settings, "tests").dispose()
    if isinstance(settings, KafkaSettings):
        collect_hosts(address.split(","))


@pytest.mark.parametrize(("name", "address"), BAD)
def test_an_address_of_another_form_is_refused_without_its_password(name: str, address: str) -> None:
    values: dict[str, Any] = {name: address}
    with pytest.raises(ValidationError) as refused:
        READ_BY[name](**values)
    (error,) = refused.value.errors()
    assert error["loc"] == (name,)
    assert "should be" in error["msg"]
    assert "user:word" not in str(refused.value)


def test_a_gateway_elsewhere_is_spoken_to_in_the_clear_only_if_that_is_said() -> None:
    settings = GatewaySettings.make(gateway_url="http://gateway:8000", gateway_insecure=True)
    assert str(settings.gateway_url) == "http://gateway:8000"
    with pytest.raises(Invalid, match="PEDIDOS_GATEWAY_URL is wrong: it should be https://"):
        GatewaySettings.make(gateway_url="http://gateway:8000")


@pytest.mark.parametrize("password", PASSWORDS)
def test_every_password_reaches_its_server(password: str) -> None:
    """Percent-encoded in the address, as it is at the server."""
    written = quote(password, safe="")
    database = DatabaseSettings(database_url=f"postgresql://user:{written}@host:5432/name")
    engine = make_engine(database, "tests")
    assert engine.url.password == password
    for scheme, host in (("redis", "host:6379/0"), ("rediss", "host:6379/0"), ("amqp", "host:5672//")):
        url = f"{scheme}://user:{written}@{host}"
        app = make_celery(BrokerSettings(broker_url=url))
        assert (app.connection_for_write().password or "") == password
    redis = Redis.from_url(BrokerSettings(broker_url=f"redis://user:{written}@host:6379/0").broker_url)
    assert (redis.connection_pool.connection_kwargs.get("password") or "") == password
    gateway = GatewaySettings(gateway_url=f"https://user:{written}@host:8000").gateway_url
    assert unquote(gateway.password or "") == password


@pytest.mark.parametrize(
    ("dsn", "address"),
    [
        (PostgresDsn, "postgresql:///name?host=/var/run/postgresql"),
        (PostgresDsn, "postgresql://user:word@/name?host=one:5432&host=other:5433"),
        (PostgresDsn, "postgresql://user:@host/name"),
        (RedisDsn, "redis+socket:///run/valkey.sock"),
        (RedisDsn, "redis://host"),
        (AmqpDsn, "amqp://one;amqp://other"),
        (KafkaDsn, "one:9092,other:9092"),
    ],
)
def test_pydantics_own_types_refuse_or_change_what_the_drivers_understand(dsn: type, address: str) -> None:
    """When this fails for all addresses of a type, the type can take the place of our own check."""
    with suppress(ValidationError):
        assert str(TypeAdapter(dsn).validate_python(address)) != address


def test_a_state_folder_in_the_home_of_nobody_is_refused() -> None:
    with pytest.raises(ValidationError, match="no user with the home folder"):
        Settings(state_dir=Path("~no-user-of-this-name/pedidos"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://pedidos:secret@127.0.0.1:5432/pedidos", "postgresql://pedidos:***@127.0.0.1:5432/pedidos"),
        ("redis://:secret@127.0.0.1:6379/0", "redis://:***@127.0.0.1:6379/0"),
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("127.0.0.1:9092", "127.0.0.1:9092"),
    ],
)
def test_passwords_are_not_shown(url: str, shown: str) -> None:
    assert masked(url) == shown
