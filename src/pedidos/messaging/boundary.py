"""Turns the errors of kafka-python into those of pedidos.errors."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import (
    InvalidRecordError,
    KafkaConfigurationError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)

from pedidos.errors import KafkaUnavailable, RecordRefused, RecordTooLarge


def ours(error: KafkaError) -> KafkaUnavailable | RecordRefused:
    """The error of pedidos.errors for one of kafka-python.

    Few errors are the fault of a record. Every other one, retriable or not, is the fault of the brokers or of their
    configuration (no leader, no right to write, too few replicas, …): then the record waits.
    """
    if isinstance(error, MessageSizeTooLargeError | RecordListTooLargeError):
        return RecordTooLarge(str(error))
    if isinstance(error, InvalidRecordError):
        return RecordRefused(str(error))
    return KafkaUnavailable(str(error))


@contextmanager
def our_errors() -> Iterator[None]:
    """A context, or a decorator, that raises kafka-python's errors as KafkaUnavailable or RecordRefused."""
    try:
        yield
    except KafkaConfigurationError:  # contradictory settings of a client: a bug
        raise
    except KafkaError as error:
        raise ours(error) from error


class ConsumerClient(KafkaConsumer):  # type: ignore[misc]  # kafka-python ships no types
    """kafka-python's consumer. Every method that may ask a broker raises KafkaUnavailable."""

    beginning_offsets: Callable[..., Any] = our_errors()(KafkaConsumer.beginning_offsets)
    committed: Callable[..., Any] = our_errors()(KafkaConsumer.committed)
    commit: Callable[..., Any] = our_errors()(KafkaConsumer.commit)
    end_offsets: Callable[..., Any] = our_errors()(KafkaConsumer.end_offsets)
    offsets_for_times: Callable[..., Any] = our_errors()(KafkaConsumer.offsets_for_times)
    poll: Callable[..., Any] = our_errors()(KafkaConsumer.poll)
    position: Callable[..., Any] = our_errors()(KafkaConsumer.position)
