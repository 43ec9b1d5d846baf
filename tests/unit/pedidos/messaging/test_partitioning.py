"""Keys go where every other Kafka client would send them."""

from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner import DefaultPartitioner

from pedidos.messaging.partitioning import RememberingPartitioner


class Cluster:
    """What a partitioner asks of the cluster's metadata."""

    def __init__(self, partitions: int) -> None:
        self._partitions = set(range(partitions))

    def topics(self) -> set[str]:
        return {"orders"}

    def partitions_for_topic(self, _topic: str) -> set[int]:
        return self._partitions

    available_partitions_for_topic = partitions_for_topic


@given(st.binary(max_size=80), st.integers(1, 50))
def test_a_key_has_the_partition_that_kafka_gives_it(key: bytes, partitions: int) -> None:
    cluster = Cluster(partitions)
    expected = DefaultPartitioner().partition("orders", key, key, b"", b"", cluster)
    assert [RememberingPartitioner().partition("orders", key, key, b"", b"", cluster) for _ in range(2)] == [
        expected,
        expected,
    ]


def test_without_a_key_any_partition_will_do() -> None:
    chosen = {RememberingPartitioner().partition("orders", None, None, b"", b"", Cluster(3)) for _ in range(200)}
    assert chosen == {0, 1, 2}
