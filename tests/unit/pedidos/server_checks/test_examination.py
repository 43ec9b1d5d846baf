"""Which check examines a server, and what the server is called."""

import pytest

from pedidos.server_checks.examination import kind
from pedidos.settings.groups.broker import BrokerSettings


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("redis://:secret@broker:6379/0", "valkey"),
        ("amqp://guest:guest@broker:5672//", "rabbitmq"),
        ("amqps://guest:guest@broker:5671//", "rabbitmq"),
    ],
)
def test_the_task_broker_is_called_by_what_its_address_names(address: str, name: str) -> None:
    assert kind(BrokerSettings(broker_url=address), "valkey") == name
