"""The epochs of the partitions' leaders: they grow with each leader, and with each start of a broker."""

import threading
from collections.abc import Mapping

from kafka.admin import KafkaAdminClient

from pedidos.errors import KafkaUnavailable
from pedidos.messaging import kafka
from pedidos.messaging.boundary import our_errors
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.settings.groups.kafka import KafkaSettings

Epochs = Mapping[str, int]
"""By "topic/partition"."""


class LeaderEpochs:
    """Connects when it is first needed. For several threads. Call close() when done."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._admin: KafkaAdminClient | None = None
        self._reading = threading.Lock()

    def read(self) -> Epochs:
        """The epoch of each partition of the order topics. Raises KafkaUnavailable."""
        with self._reading:
            try:
                with our_errors():
                    if self._admin is None:
                        self._admin = kafka.make_admin(self._settings)
                    topics = self._admin.describe_topics([EVENTS, PLACED])
            except KafkaUnavailable:
                self.close()
                raise
        return {
            f"{topic['name']}/{partition['partition_index']}": partition["leader_epoch"]
            for topic in topics
            for partition in topic["partitions"]
        }

    def close(self) -> None:
        if self._admin is not None:
            self._admin.close()
            self._admin = None
