"""Kafka's configuration: for one node and for three."""

from pathlib import Path

from pedidos_local import environment, ports
from pedidos_local.credentials import Credentials
from pedidos_local.kafka import Node, access, nodes, properties
from pedidos_local.settings import LocalSettings


def cluster(size: int) -> list[Node]:
    return [Node(number, Path("kafka") / str(number), 9000 + number, 9100 + number) for number in range(1, size + 1)]


def test_one_node_keeps_one_copy() -> None:
    [node] = alone = cluster(1)
    values = properties(node, alone)
    assert values["controller.quorum.voters"] == "1@127.0.0.1:9101"
    assert values["offsets.topic.replication.factor"] == "1"
    assert values["min.insync.replicas"] == "1"


def test_of_three_nodes_one_may_fail() -> None:
    three = cluster(3)
    values = properties(three[2], three)
    assert values["node.id"] == "3"
    assert values["controller.quorum.voters"] == "1@127.0.0.1:9101,2@127.0.0.1:9102,3@127.0.0.1:9103"
    assert values["offsets.topic.replication.factor"] == "3"
    assert values["min.insync.replicas"] == "2"
    assert values["log.dirs"] == "data"


def test_both_listeners_ask_for_the_password() -> None:
    values = access("a-password")
    assert values["listener.security.protocol.map"] == "CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT"
    for listener in ("clients", "controller"):
        assert 'user_pedidos="a-password"' in values[f"listener.name.{listener}.plain.sasl.jaas.config"]
    assert access(None) == {"listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT"}


def test_three_brokers_where_three_are_asked_for(tmp_path: Path) -> None:
    settings = LocalSettings(state_dir=tmp_path, port_base=21300, kafka_brokers=3)
    made = nodes(settings)
    taken = [port for node in made for port in (node.port, node.controller_port)]
    assert len(set(taken)) == 6
    assert not set(taken) & {*ports.fixed(settings).values()} - {21304, 21305}
    credentials = Credentials()
    told = environment.complete(settings, credentials)
    assert (told.kafka_user, told.kafka_password) == ("pedidos", credentials.kafka)
    assert told.kafka_bootstrap == ",".join(f"127.0.0.1:{node.port}" for node in made)


def test_a_reader_is_known_to_clients_alone_and_has_the_rights_that_it_is_given() -> None:
    values = access("a-password", "another")
    assert 'user_pedidos_reader="another"' in values["listener.name.clients.plain.sasl.jaas.config"]
    assert "reader" not in values["listener.name.controller.plain.sasl.jaas.config"]
    assert values["super.users"] == "User:pedidos"
    assert values["authorizer.class.name"].endswith(".StandardAuthorizer")


def test_web_has_the_password_of_the_reader() -> None:
    credentials = Credentials()
    settings = environment.all_local(LocalSettings(), credentials)
    web = environment.as_reader(settings, credentials)
    assert (web.kafka_user, web.kafka_password) == ("pedidos_reader", credentials.kafka_reader)
    elsewhere = settings.model_copy(update={"kafka_user": "mine", "kafka_password": "own", "kafka_reader": None})
    assert environment.as_reader(elsewhere, credentials) == elsewhere
