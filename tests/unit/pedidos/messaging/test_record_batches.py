"""Our record batches have the bytes of kafka-python's own builder."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.errors import MessageSizeTooLargeError
from kafka.record.memory_records import MemoryRecords, MemoryRecordsBuilder
from kafka.structs import TopicPartition

from pedidos.messaging.record_batches import HEADER_BYTES, Batch, Record, pack

PARTITION = TopicPartition("tests", 1)
BATCH_BYTES = 2000
MOST_BYTES = 1_048_576
NOW = 1_790_000_000.125

# Lengths around those at which a number takes another byte: 64 and 8192 of a header, a value, or a whole record.
sizes = st.one_of(st.integers(0, 200), st.integers(4090, 4100), st.sampled_from([8191, 8192, 20_000]))
contents = st.one_of(st.none(), st.binary(max_size=80), sizes.map(bytes))
headers = st.lists(st.tuples(st.text(max_size=70), st.one_of(st.binary(max_size=70), sizes.map(bytes))), max_size=4)
record_lists = st.lists(st.builds(Record, st.just("tests"), contents, contents, headers), min_size=1, max_size=40)


def theirs(records: list[Record]) -> Iterator[MemoryRecordsBuilder]:
    """What kafka-python makes of the records, all at the same time: a new batch for each one that does not fit."""
    builder = None
    for record in records:
        added = builder and builder.append(int(NOW * 1000), record.key, record.value, record.headers)
        if not added:
            builder = MemoryRecordsBuilder(2, 0, BATCH_BYTES)
            yield builder
            assert builder.append(int(NOW * 1000), record.key, record.value, record.headers)


def ours(records: list[Record], most_bytes: int = MOST_BYTES) -> list[Batch]:
    with patch("time.time", return_value=NOW):
        return list(pack(PARTITION, records, BATCH_BYTES, most_bytes))


def closed(content: MemoryRecordsBuilder) -> bytes:
    """The bytes that are sent, with the numbers that the sender gives them."""
    content.set_producer_state(4711, 3, 1000, is_transactional=False)
    content.close()
    return bytes(content.buffer())


@given(record_lists)
def test_batches_have_the_bytes_of_kafka_python(records: list[Record]) -> None:
    expected = list(theirs(records))
    batches = ours(records)
    assert [batch.content.next_offset() for batch in batches] == [builder.next_offset() for builder in expected]
    assert [batch.content.size_in_bytes() for batch in batches] == [builder.size_in_bytes() for builder in expected]
    assert [closed(batch.content) for batch in batches] == [closed(builder) for builder in expected]


@given(record_lists)
def test_the_batches_have_all_records_in_their_order(records: list[Record]) -> None:
    batches = ours(records)
    assert [record for batch in batches for record in batch.records] == records
    assert {batch.partition for batch in batches} == {PARTITION}
    read = [
        (offset, record.key, record.value, record.headers)
        for batch in batches
        for content in MemoryRecords(closed(batch.content))
        for offset, record in enumerate(content)
    ]
    assert read == [
        (offset, record.key, record.value, record.headers)
        for batch in batches
        for offset, record in enumerate(batch.records)
    ]


@pytest.mark.parametrize(("spare", "fits"), [(0, True), (-1, False)])
def test_a_record_that_no_request_can_hold_is_refused(spare: int, fits: bool) -> None:
    record = Record("tests", b"key", bytes(5000), [("name", b"value")])
    (alone,) = ours([record])
    size = alone.content.size_in_bytes() + spare
    assert size > HEADER_BYTES + 5000 + spare
    if fits:
        assert len(ours([record], size)) == 1
    else:
        with pytest.raises(MessageSizeTooLargeError, match="At most"):
            ours([record], size)


def test_nothing_to_pack() -> None:
    assert ours([]) == []
