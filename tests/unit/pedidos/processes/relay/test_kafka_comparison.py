"""Offsets that Kafka gives a second time, and which record of a partition's end counts."""

from pathlib import Path
from uuid import UUID

import pytest
from kafka.structs import TopicPartition

from pedidos.domain.cursor import Cursor
from pedidos.domain.lineage import Heard, Log, Logs
from pedidos.domain.sharding import FIRST, Shard
from pedidos.messaging.producer import Producer
from pedidos.processes.relay.kafka_comparison import KafkaComparison, Lost
from pedidos.publishing.kafka_matches_log import is_far_enough_back, newest
from pedidos.settings.processes import RelaySettings
from tests.support.settings import platform_settings, settings_of
from tests.support.signing import KEYS

ONE, OTHER = TopicPartition("t", 0), TopicPartition("t", 1)
LOGS = Logs(Log("aaaaaaaaaaaaaaaa", after=10, begin=Cursor(5, 1), unnamed=0), frozenset({"bbbbbbbbbbbbbbbb"}))


def heard(number: int, log: str = "aaaaaaaaaaaaaaaa", shard: int = 0, txid: int = 0) -> Heard:
    return Heard(log, number, Cursor(txid or number, 1), UUID(int=number), 1, shard)


def accept(_: object) -> None:
    """The signature is ours."""


def test_an_offset_that_was_given_before_is_noticed(tmp_path: Path) -> None:
    settings = settings_of(RelaySettings, platform_settings(tmp_path))
    comparison = KafkaComparison(settings, Producer(settings, "test"), FIRST, KEYS, accept)
    comparison.acknowledged({ONE: (0, 4), OTHER: (7, 7)})
    comparison.acknowledged({ONE: (5, 5)})
    comparison.acknowledged({ONE: (9, 9)})  # somebody else wrote in between
    with pytest.raises(Lost, match="t/1 goes on at offset 7, though it had records up to 7"):
        comparison.acknowledged({ONE: (10, 10), OTHER: (7, 8)})


def test_an_offset_that_kafka_does_not_tell_says_nothing(tmp_path: Path) -> None:
    settings = settings_of(RelaySettings, platform_settings(tmp_path))
    comparison = KafkaComparison(settings, Producer(settings, "test"), FIRST, KEYS, accept)
    comparison.acknowledged({ONE: (0, 4)})
    comparison.acknowledged({ONE: (-1, -1)})
    with pytest.raises(Lost):
        comparison.acknowledged({ONE: (4, 4)})


def test_records_beyond_the_position_say_nothing() -> None:
    there = [heard(20), heard(25), heard(24), heard(31)]
    assert newest(LOGS, FIRST, there, 30) == heard(25)
    assert newest(LOGS, FIRST, there, 19) is None
    assert not is_far_enough_back(LOGS, FIRST, 30, heard(31))
    assert is_far_enough_back(LOGS, FIRST, 30, heard(30))


def test_before_a_record_of_the_log_before_nothing_of_this_one_lies() -> None:
    assert is_far_enough_back(LOGS, FIRST, 30, heard(8, "bbbbbbbbbbbbbbbb"))
    assert not is_far_enough_back(LOGS, FIRST, 30, heard(8, "cccccccccccccccc"))


def test_records_of_another_shard_say_nothing_about_this_one() -> None:
    second = Shard(2, 1, 2, 500, None)
    there = [heard(28, shard=1, txid=510), heard(20, shard=2, txid=505), heard(29, shard=0, txid=499)]
    assert newest(LOGS, second, there, 30) == there[1]
    assert not is_far_enough_back(LOGS, second, 19, there[0])
    assert not is_far_enough_back(LOGS, second, 19, there[1])
    assert is_far_enough_back(LOGS, second, 20, there[1])
    assert is_far_enough_back(LOGS, second, 19, there[2]), "when it was written, this shard had not begun"
    assert not is_far_enough_back(LOGS, FIRST._replace(ends=500), 10, there[0]), "a later shard's record"
