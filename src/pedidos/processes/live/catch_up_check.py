"""Whether a consumer has read a topic as far as it went when the search began."""

from kafka import KafkaConsumer, TopicPartition


class CatchUpCheck:
    """For a record that should be there: once everything up to the ends is read, it will not come any more."""

    def __init__(self, consumer: KafkaConsumer) -> None:
        self._consumer = consumer
        self._ends: dict[TopicPartition, int] = {}

    def exhausted(self) -> bool:
        """Begins the search where none is on. Raises KafkaUnavailable when the ends cannot be asked for."""
        if not self._ends:
            self._ends = self._consumer.end_offsets(list(self._consumer.assignment()))
        return all(self._consumer.position(partition) >= end for partition, end in self._ends.items())

    def end(self) -> None:
        """The record has come: the next search starts again."""
        self._ends = {}
