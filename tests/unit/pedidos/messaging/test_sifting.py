"""Records of a partition are divided into decoded and rejected ones, up to the limit."""

import pytest
from kafka.consumer.fetcher import ConsumerRecord

from pedidos.domain.dead_letter_limit import NOTHING_SPENT, DeadLetterLimit, Spent
from pedidos.messaging.codec import InvalidRecord
from pedidos.messaging.sifting import sift

LIMIT = DeadLetterLimit(3, 0.5)


def records(values: str) -> list[ConsumerRecord]:
    """One for each character."""
    return [
        ConsumerRecord("topic", 1, -1, offset, 0, 0, None, value.encode(), [], None, 0, 0, 0)
        for offset, value in enumerate(values)
    ]


def decode(record: ConsumerRecord) -> str:
    if record.value == b"x":
        raise InvalidRecord("It is x.")
    return str(record.value.decode())


def check(record: ConsumerRecord) -> None:
    if record.value == b"f":
        raise InvalidRecord("It is forged.")


def test_without_a_limit_all_are_sifted() -> None:
    sifted = sift(records("axbxxxxc"), check, decode)
    assert sifted.decoded == ["a", "b", "c"]
    assert [rejected.origin for rejected in sifted.rejected] == [f"topic/1/{offset}" for offset in (1, 3, 4, 5, 6)]
    assert {rejected.reason for rejected in sifted.rejected} == {"It is x."}
    assert sifted.stopped_at is None


@pytest.mark.parametrize(
    ("values", "spent", "decoded", "rejected", "left", "stopped"),
    [
        ("abc", 0.0, 3, 0, 0.0, None),
        ("xxx", 0.0, 0, 3, 3.0, None),
        ("xxxxabc", 0.0, 0, 3, 3.0, 3),
        ("xxxabx", 0.0, 2, 4, 3.0, None),
        ("xxxax", 0.0, 1, 3, 2.5, 4),
        ("x", 3.0, 0, 0, 3.0, 0),
        ("abx", 3.0, 2, 1, 3.0, None),
        ("xaaaaaaaa", 0.0, 8, 1, 0.0, None),
    ],
)
def test_the_limit(values: str, spent: float, decoded: int, rejected: int, left: float, stopped: int | None) -> None:
    sifted = sift(records(values), check, decode, LIMIT, Spent(spent))
    assert (len(sifted.decoded), len(sifted.rejected), sifted.spent.letters) == (decoded, rejected, left)
    assert (None if sifted.stopped_at is None else sifted.stopped_at.record.offset) == stopped


def test_nothing_spent_stays_nothing() -> None:
    assert sift(records("abc"), check, decode, LIMIT).spent == NOTHING_SPENT


def test_what_the_check_refuses_is_not_decoded_and_counts_as_rejected() -> None:
    def decode_all(record: ConsumerRecord) -> str:
        assert record.value != b"f"
        return decode(record)

    sifted = sift(records("afxfb"), check, decode_all, LIMIT)
    assert sifted.decoded == ["a", "b"]
    assert [rejected.reason for rejected in sifted.rejected] == ["It is forged.", "It is x.", "It is forged."]
    assert sift(records("ffff"), check, decode_all, LIMIT).stopped_at is not None
