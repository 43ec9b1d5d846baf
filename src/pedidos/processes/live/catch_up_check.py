"""Checks whether a consumer has read a topic up to where it ended when the check began."""

from kafka import KafkaConsumer, TopicPartition


class CatchUpCheck:
    """For a record that is missing: once everything up to those ends is read, it will not arrive any more."""

    def __init__(self, consumer: KafkaConsumer) -> None:
        self._consumer = consumer
        self._ends: dict[TopicPartition, int] = {}

    def exhausted(self) -> bool:
        """Whether everything up to the ends is read; the first call determines them. Raises KafkaUnavailable."""
        if not self._ends:
            self._ends = self._consumer.end_offsets(list(self._consumer.assignment()))
        return all(self._consumer.position(partition) >= end for partition, end in self._ends.items())

    def end(self) -> None:
        """The record has arrived: the next check determines new ends."""
        self._ends = {}
