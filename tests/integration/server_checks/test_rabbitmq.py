"""A RabbitMQ whose address is in PEDIDOS_TEST_RABBITMQ, with queues of another kind. It should be an empty one."""

import os
import re

import pytest
from kombu.connection import Connection
from kombu.entity import Queue

from pedidos.server_checks.findings import Away
from tests.integration.server_checks.asking import Flaws

ADDRESS = os.environ.get("PEDIDOS_TEST_RABBITMQ", "")

pytestmark = pytest.mark.skipif(not ADDRESS, reason="PEDIDOS_TEST_RABBITMQ names no RabbitMQ")


def remove(name: str) -> None:
    with Connection(ADDRESS) as connection:
        connection.channel().queue_delete(name)


def test_a_fit_server_has_no_flaws(flaws: Flaws) -> None:
    assert not flaws("valkey", broker_url=ADDRESS)


@pytest.mark.parametrize(
    "arguments", [{}, {"x-queue-type": "classic"}, {"x-queue-type": "quorum", "x-delivery-limit": 3}]
)
def test_a_queue_of_another_kind(flaws: Flaws, arguments: dict[str, object]) -> None:
    remove("charge")
    with Connection(ADDRESS) as connection:
        Queue("charge", queue_arguments=arguments)(connection.channel()).queue_declare()
    try:
        (line,) = flaws("valkey", broker_url=ADDRESS)
    finally:
        remove("charge")
    assert line.startswith("! RabbitMQ: It has queues of our names, of another kind: charge (PRECONDITION_FAILED")


@pytest.mark.parametrize(("old", "new"), [(":[^:@/]*@", ":wrong@"), ("/[^/]*/?$", "/nowhere")])
def test_refused_credentials_are_reported(flaws: Flaws, old: str, new: str) -> None:
    (line,) = flaws("valkey", broker_url=re.sub(old, new, ADDRESS))
    assert line.startswith("! RabbitMQ: It does not let us in (")


def test_no_server_listens(flaws: Flaws) -> None:
    with pytest.raises(Away, match="RabbitMQ cannot be used now"):
        flaws("valkey", broker_url="amqp://guest:guest@127.0.0.1:1//")
