"""The local Valkey, made unfit."""

import re
from collections.abc import Iterator

import pytest
import redis

from pedidos.server_checks.findings import Away
from tests.integration.server_checks.asking import Flaws


@pytest.fixture
def valkey_url(valkey_url: str) -> str:
    """A database of its own in the server of all tests: in the first one Celery keeps its keys, unacked among them."""
    return re.sub("/0$", "/1", valkey_url)


@pytest.fixture
def client(valkey_url: str) -> Iterator[redis.Redis]:
    """Whatever a test changes is as it was afterwards."""
    with redis.Redis.from_url(valkey_url) as client:
        before = {name: client.config_get(name)[name] for name in ("maxmemory", "maxmemory-policy")}
        yield client
        client.replicaof("NO", "ONE")
        for name, value in before.items():
            client.config_set(name, value)
        client.delete("charge", "unacked")


def test_a_fit_server_has_no_flaws(flaws: Flaws, valkey_url: str) -> None:
    assert not flaws("valkey", broker_url=valkey_url)


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
def test_a_server_that_evicts(flaws: Flaws, client: redis.Redis, valkey_url: str, policy: str) -> None:
    client.config_set("maxmemory-policy", policy)
    client.config_set("maxmemory", "256mb")
    (line,) = flaws("valkey", broker_url=valkey_url)
    assert line == (
        f"! Valkey: Its maxmemory-policy is {policy}: when it is full it drops hints, and their orders wait."
        " Set it to noeviction."
    )


def test_a_full_server(flaws: Flaws, client: redis.Redis, valkey_url: str) -> None:
    client.config_set("maxmemory", "1")
    (line,) = flaws("valkey", broker_url=valkey_url)
    assert line.startswith("! Valkey: It takes no writes (command not allowed when used memory > 'maxmemory'.)")


def test_a_server_that_follows_another(flaws: Flaws, client: redis.Redis, valkey_url: str) -> None:
    client.replicaof("127.0.0.1", "1")
    (line,) = flaws("valkey", broker_url=valkey_url)
    assert line == "! Valkey: It follows another server. Give the address of its primary."


def test_keys_of_others(flaws: Flaws, client: redis.Redis, valkey_url: str) -> None:
    client.set("charge", "of a card")
    client.lpush("unacked", "x")
    assert [line.partition(":")[0] for line in flaws("valkey", broker_url=valkey_url)] == ["! Valkey"] * 2
    said = "\n".join(flaws("valkey", broker_url=valkey_url))
    assert "The key charge holds a string, not a list: it is not ours." in said
    assert "The key unacked holds a list, not a hash: it is not ours." in said


def test_a_wrong_password(flaws: Flaws, valkey_url: str) -> None:
    (line,) = flaws("valkey", broker_url=re.sub("//:[^@]*@", "//:wrong@", valkey_url))
    assert line.startswith("! Task broker: It refuses us (")
    assert "wrong@" not in line


def test_no_server_listens(flaws: Flaws) -> None:
    with pytest.raises(Away, match="Task broker cannot be used now"):
        flaws("valkey", broker_url="redis://127.0.0.1:1/0")
