"""Kafka's configuration: for one node and for three."""

from pathlib import Path

from pedidos.local.kafka import Node, properties


def cluster(size: int) -> list[Node]:
    return [Node(number, Path("kafka") / str(number), 9000 + number, 9100 + number) for number in range(1, size + 1)]


def test_one_node_keeps_one_copy() -> None:
    [node] = nodes = cluster(1)
    values = properties(node, nodes)
    assert values["controller.quorum.voters"] == "1@127.0.0.1:9101"
    assert values["offsets.topic.replication.factor"] == "1"
    assert values["min.insync.replicas"] == "1"


def test_of_three_nodes_one_may_fail() -> None:
    nodes = cluster(3)
    values = properties(nodes[2], nodes)
    assert values["node.id"] == "3"
    assert values["controller.quorum.voters"] == "1@127.0.0.1:9101,2@127.0.0.1:9102,3@127.0.0.1:9103"
    assert values["offsets.topic.replication.factor"] == "3"
    assert values["min.insync.replicas"] == "2"
    assert values["log.dirs"] == "data"
