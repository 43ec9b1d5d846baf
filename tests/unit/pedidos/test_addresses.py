"""Invalid addresses are reported as such; addresses that the libraries understand pass."""

from pathlib import Path

import pytest
from kafka.cluster import collect_hosts
from pydantic import ValidationError

from pedidos.addresses import masked
from pedidos.settings import Settings
from pedidos.storage.engine import make_engine

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
    ("gateway_url", "http://host:8000/payments"),
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
    ("public_url", "ftp://user:word@shop.example"),
    ("public_url", "https://[shop.example"),
    ("public_url", "https://shop.example:word"),
    ("public_url", "https://shop.example/pedidos"),
]


@pytest.mark.parametrize(("name", "address"), GOOD)
def test_an_address_that_is_understood_passes_as_it_is(name: str, address: str) -> None:
    settings = Settings(**{name: address})
    assert getattr(settings, name) == address
    if name == "database_url":
        make_engine(settings, "tests").dispose()
    if name == "kafka_bootstrap":
        collect_hosts(address.split(","))


@pytest.mark.parametrize(("name", "address"), BAD)
def test_an_address_that_can_be_none_is_refused_without_its_password(name: str, address: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**{name: address})
    (error,) = refused.value.errors()
    assert error["loc"] == (name,)
    assert error["msg"].startswith("it should be ")
    assert "user:word" not in str(refused.value)


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
