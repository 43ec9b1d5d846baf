"""The epochs of the partitions' leaders: they grow with each leader, and with each start of a broker.

Each record belongs to the epoch of the leader that took it. So Kafka can say where the records of an epoch end. If that
is before an offset that was there in this epoch, a later leader did not have it: records were lost (KIP-101, KIP-320).
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.errors import for_code
from kafka.protocol.consumer import OffsetForLeaderEpochRequest

from pedidos.errors import KafkaUnavailable
from pedidos.messaging import kafka
from pedidos.messaging.boundary import our_errors
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.settings.groups.kafka import KafkaSettings

Epochs = Mapping[str, int]
"""By "topic/partition/id of the topic": a topic that was created again has another id."""

CONSUMER = -1
"""What a request says that does not come from a replica."""
ANY = -1
"""What a request says that is good for any leader of the partition."""

_Partition = OffsetForLeaderEpochRequest.OffsetForLeaderTopic.OffsetForLeaderPartition


class LeaderEpochs:
    """Connects when it is first needed. For several threads. Call close() when done."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._admin: KafkaAdminClient | None = None
        self._using = threading.Lock()

    def read(self) -> Epochs:
        """The epoch of each partition of the order topics. Raises KafkaUnavailable."""
        with self._using:
            return {key: partition["leader_epoch"] for _, key, partition in self._described()}

    def ends(self, epochs: Epochs) -> Mapping[str, int]:
        """Per "topic/partition", the offset where the records of this epoch and of those before it end. Partitions that
        are gone, or of a topic that was created again, are left out. Raises KafkaUnavailable."""
        with self._using:
            asked: dict[int, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
            for topic, key, partition in self._described():
                if key not in epochs:
                    continue
                if partition["error_code"]:
                    raise KafkaUnavailable(f"{key}: {for_code(partition['error_code']).__name__}")
                number = partition["partition_index"]
                about = _Partition(partition=number, current_leader_epoch=ANY, leader_epoch=epochs[key])
                asked[partition["leader_id"]][topic].append(about)
            found: dict[str, int] = {}
            for leader, topics in asked.items():
                request = OffsetForLeaderEpochRequest(replica_id=CONSUMER, topics=list(topics.items()))
                for topic in self._ask(leader, request).topics:
                    for answer in topic.partitions:
                        if answer.error_code:
                            reason = for_code(answer.error_code).__name__
                            raise KafkaUnavailable(f"{topic.topic}/{answer.partition}: {reason}")
                        found[f"{topic.topic}/{answer.partition}"] = answer.end_offset
            return found

    def _described(self) -> Sequence[tuple[str, str, dict[str, Any]]]:
        """The partitions of the order topics: the topic, the key in Epochs, and what Kafka says about it."""
        topics = self._connected(lambda client: client.describe_topics([EVENTS, PLACED]))
        return [
            (topic["name"], f"{topic['name']}/{partition['partition_index']}/{topic['topic_id']}", partition)
            for topic in topics
            for partition in topic["partitions"]
        ]

    def _ask(self, leader: int, request: OffsetForLeaderEpochRequest) -> Any:
        """Uses private parts: kafka-python 3.0 has no method for it, outside its consumer."""

        async def send(client: KafkaAdminClient) -> Any:
            return await client._manager.send(request, node_id=leader)

        return self._connected(lambda client: client._manager.run(send, client))

    def _connected(self, use: Callable[[KafkaAdminClient], Any]) -> Any:
        try:
            with our_errors():
                if self._admin is None:
                    self._admin = kafka.make_admin(self._settings)
                return use(self._admin)
        except KafkaUnavailable:
            self.close()
            raise

    def close(self) -> None:
        if self._admin is not None:
            self._admin.close()
            self._admin = None
