"""A record is believed if the relay signed it, for this topic and with this content."""

from typing import NamedTuple

import pytest

from pedidos.messaging.codec import Headers, InvalidRecord
from pedidos.messaging.signatures import HEADER, SIGNED_HEADERS, RecordKeys, SignatureCheck, UnsignedUntil, unsigned
from pedidos.messaging.topics import EVENTS, PLACED

KEYS = RecordKeys("the-first-key-of-all")
HEADERS: Headers = [
    ("content-type", b"application/json"),
    ("ce_id", b"order/2"),
    ("ce_type", b"br.pedidos.order.paid"),
    ("position", b"0/42"),
    ("cursor", b"700-3"),
    ("log", b"0123456789abcdef"),
    ("traceparent", b"00-0af7651916cd43dd-b7ad6b71-01"),
]


class Delivered(NamedTuple):
    topic: str = EVENTS
    partition: int = 1
    offset: int = 100
    key: bytes | None = b"order"
    value: bytes | None = b"{}"
    headers: Headers = KEYS.sign(EVENTS, b"order", b"{}", HEADERS)


def no_unsigned() -> UnsignedUntil:
    return {}


def refusal(record: Delivered, keys: RecordKeys = KEYS) -> str | None:
    try:
        SignatureCheck(keys, no_unsigned)(record)
    except InvalidRecord as problem:
        return str(problem)
    return None


def with_header(name: str, value: bytes) -> Headers:
    return list({**dict(Delivered().headers), name: value}.items())


def test_what_is_signed_is_accepted_wherever_it_is() -> None:
    assert refusal(Delivered()) is None
    assert refusal(Delivered(partition=5, offset=7)) is None, "then it is a repetition, with the same running number"


@pytest.mark.parametrize(
    "forged",
    [
        Delivered(topic=PLACED),
        Delivered(key=b"another"),
        Delivered(key=None),
        Delivered(value=b'{"status": "cancelled"}'),
        Delivered(value=None),
        *(Delivered(headers=with_header(name, b"0/43")) for name in SIGNED_HEADERS),
        Delivered(headers=[(name, value) for name, value in Delivered().headers if name != "log"]),
        Delivered(headers=with_header(HEADER, b"")),
        Delivered(headers=with_header(HEADER, b"\xff" * 20)),
        Delivered(headers=with_header(HEADER, (dict(Delivered().headers)[HEADER] or b"")[:4] + b"0" * 16)),
        Delivered(headers=with_header("ce_id", b"order/2\nbr.pedidos.order.paid")),
    ],
)
def test_what_was_changed_is_refused(forged: Delivered) -> None:
    assert refusal(forged) == "The record's signature is not one of ours."


def test_no_line_break_moves_a_part_of_a_record_into_another() -> None:
    """The same bytes would be signed for both."""
    with pytest.raises(ValueError, match="line break"):
        KEYS.sign(EVENTS, b"order\norder/2", b"{}", HEADERS)


def test_what_is_not_signed_is_refused() -> None:
    assert refusal(Delivered(headers=HEADERS)) == "The record is not signed."
    assert refusal(Delivered(headers=[])) == "The record is not signed."


def test_keys_are_exchanged_one_after_the_other() -> None:
    new = RecordKeys("the-second-key-of-all,the-first-key-of-all")
    assert refusal(Delivered(), new) is None
    signed = Delivered(headers=new.sign(EVENTS, b"order", b"{}", HEADERS))
    assert refusal(signed, RecordKeys("the-second-key-of-all")) is None
    assert refusal(signed) is not None, "the new key signs"
    assert refusal(signed, RecordKeys("the-first-key-of-all,the-second-key-of-all")) is None


def test_a_signature_says_which_key_made_it_and_not_the_key() -> None:
    signature = dict(Delivered().headers)[HEADER]
    assert signature is not None
    assert len(signature) == 4 + 16
    assert signature[:4] != b"the-"
    assert unsigned(Delivered().headers) == HEADERS


class TestRecordsOfAnEarlierVersion:
    def check(self, until: UnsignedUntil | None, offset: int, partition: int = 1) -> bool:
        reads: list[None] = []

        def read() -> UnsignedUntil | None:
            reads.append(None)
            return until

        check = SignatureCheck(KEYS, read)
        check(Delivered())
        assert not reads, "only a record without a signature is worth a question"
        try:
            check(Delivered(headers=HEADERS, offset=offset, partition=partition))
        except InvalidRecord:
            return False
        finally:
            assert len(reads) == 1
        return True

    def test_they_are_accepted_before_the_offset_of_the_upgrade(self) -> None:
        until = {f"{EVENTS}/1": 100, f"{PLACED}/0": 500}
        assert self.check(until, offset=99)
        assert not self.check(until, offset=100)
        assert not self.check(until, offset=7, partition=0)

    def test_they_are_accepted_while_a_relay_that_does_not_sign_may_lead(self) -> None:
        assert self.check(None, offset=10**9)

    def test_a_wrong_signature_is_accepted_nowhere(self) -> None:
        check = SignatureCheck(KEYS, lambda: None)
        with pytest.raises(InvalidRecord):
            check(Delivered(value=b"another", offset=0))

    def test_the_offsets_are_read_once_for_many_records(self) -> None:
        reads: list[None] = []

        def read() -> UnsignedUntil:
            reads.append(None)
            return {f"{EVENTS}/1": 1000}

        check = SignatureCheck(KEYS, read)
        for offset in range(500):
            check(Delivered(headers=HEADERS, offset=offset))
        assert len(reads) == 1
