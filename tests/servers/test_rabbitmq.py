"""RabbitMQ with TLS, a user and a password with any character."""

import re
from pathlib import Path

import pytest
from kombu.entity import Queue

from pedidos.settings.groups.broker import BrokerSettings
from tests.integration.server_checks.asking import Flaws
from tests.servers.authority import Authority
from tests.servers.brokers import USER, login
from tests.servers.hints import app_for, there_and_back
from tests.support.settings import forget_settings


def test_hints_go_through_tls(rabbitmq: str, authority: Authority, flaws: Flaws) -> None:
    given = {"broker_url": rabbitmq, "broker_ca_file": authority.file}
    assert flaws("valkey", **given) == []
    with app_for(BrokerSettings.make(**given)) as app:
        there_and_back(app)


def test_what_is_wrong_is_said(rabbitmq: str, authority: Authority, stranger: Path, flaws: Flaws) -> None:
    (untrusted,) = flaws("valkey", broker_url=rabbitmq, broker_ca_file=stranger)
    assert untrusted.startswith("! RabbitMQ: Its certificate is not to be trusted (")
    wrong = rabbitmq.replace(login(), login(USER, "wrong"))
    (refused,) = flaws("valkey", broker_url=wrong, broker_ca_file=authority.file)
    assert refused.startswith("! RabbitMQ: It does not let us in (")
    (nowhere,) = flaws("valkey", broker_url=re.sub("//$", "/nowhere", rabbitmq), broker_ca_file=authority.file)
    assert nowhere.startswith("! RabbitMQ: It does not let us in (")


@pytest.mark.parametrize("arguments", [{}, {"x-queue-type": "quorum", "x-delivery-limit": 3}])
def test_a_queue_of_another_kind(
    rabbitmq: str, authority: Authority, flaws: Flaws, arguments: dict[str, object]
) -> None:
    given = {"broker_url": rabbitmq, "broker_ca_file": authority.file}
    with app_for(BrokerSettings.make(**given)) as app, app.connection_for_write() as connection:
        channel = connection.channel()
        channel.queue_delete("undo")
        Queue("undo", queue_arguments=arguments)(channel).queue_declare()
        try:
            (line,) = flaws("valkey", **given)
        finally:
            channel.queue_delete("undo")
    assert line.startswith("! RabbitMQ: It has queues of our names, of another kind: undo (PRECONDITION_FAILED")


def test_a_new_connection_logs_in_as_the_file_says_now(
    rabbitmq: str, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_settings(monkeypatch)
    file = tmp_path / "address"
    file.write_text(rabbitmq.replace(login(), login(USER, "of yesterday")))
    monkeypatch.setenv("PEDIDOS_BROKER_URL_FILE", str(file))
    monkeypatch.setenv("PEDIDOS_BROKER_CA_FILE", str(authority.file))
    with app_for(BrokerSettings()) as app:
        file.write_text(rabbitmq)
        there_and_back(app)
