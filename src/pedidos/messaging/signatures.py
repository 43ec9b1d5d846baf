"""Signatures of records: they tell the relay's records from those of other producers.

The relay signs each record. A signature covers the topic, the key, the value and the headers that say which event it is
and where it is in the log. So a record that is written again somewhere else is at most a repetition, which consumers
recognise by its running number. A signature is keyed BLAKE2b (RFC 7693), which is cheaper than HMAC with SHA-256 and as
strong.

Records of versions that did not sign are still on Kafka after an upgrade. The first relay that signs records where each
partition ends at that moment (`storage/event_log/unsigned.py`). A record before that offset may lack the signature.
"""

import hmac
import time
from collections.abc import Callable, Mapping
from hashlib import blake2b
from operator import itemgetter
from typing import Protocol

from pedidos.messaging.codec import EncodedRecord, Headers, InvalidRecord

HEADER = "signature"
SIGNED_HEADERS = ("ce_id", "ce_type", "position", "cursor", "log", "traceparent")
READ_AGAIN_SECONDS = 1.0
"""How long the offsets of unsigned records are kept before they are read again."""

_KEY_ID_BYTES, _MAC_BYTES = 4, 16
_SEPARATORS = len(SIGNED_HEADERS) + 1
_ABSENT: dict[str, bytes | None] = dict.fromkeys(SIGNED_HEADERS, b"")
_signed_contents = itemgetter(*SIGNED_HEADERS)

Named = Mapping[str, bytes | None]
"""Headers by name."""

UnsignedUntil = Mapping[str, int]
"""Per "topic/partition", the offset before which records may lack a signature."""


class DeliveredRecord(EncodedRecord, Protocol):
    """A record with its place on Kafka."""

    @property
    def topic(self) -> str: ...

    @property
    def partition(self) -> int: ...

    @property
    def offset(self) -> int: ...


class _Key:
    """A key of the records. id: says which key it is, and nothing about it."""

    def __init__(self, text: str) -> None:
        self._secret = blake2b(text.encode(), digest_size=32, person=b"pedidos records").digest()
        self._of_topics: dict[str, blake2b] = {}
        self.id = blake2b(self._secret, digest_size=_KEY_ID_BYTES, person=b"key id").digest()

    def mac(self, topic: str, content: bytes) -> bytes:
        """The keyed hash of the content, with a key for each topic. Such a key, taken in once, costs less than to hash
        the key and the topic's name with each record."""
        begun = self._of_topics.get(topic)
        if begun is None:
            of_topic = blake2b(topic.encode(), key=self._secret, digest_size=32).digest()
            begun = self._of_topics[topic] = blake2b(key=of_topic, digest_size=_MAC_BYTES)
        state = begun.copy()
        state.update(content)
        return state.digest()


class RecordKeys:
    """The keys of the records: the first one signs, and each of them is accepted."""

    def __init__(self, keys: str) -> None:
        """keys: separated by commas."""
        all_keys = [_Key(each) for each in keys.split(",")]
        self._signing = all_keys[0]
        self._accepted = {key.id: key for key in all_keys}

    def sign(self, topic: str, key: bytes, value: bytes, headers: Headers) -> Headers:
        """The headers with a signature for this topic. Raises ValueError if one of them contains a line break."""
        content = _content(key, value, dict(headers))
        if content is None:
            raise ValueError("A header of the record contains a line break.")
        return [*headers, (HEADER, self._signing.id + self._signing.mac(topic, content))]

    def accept(self, signature: bytes, topic: str, key: bytes | None, value: bytes | None, headers: Named) -> bool:
        """Whether one of the keys made this signature for this content."""
        signer = self._accepted.get(signature[:_KEY_ID_BYTES])
        if signer is None:
            return False
        content = _content(key, value, headers)
        return content is not None and hmac.compare_digest(signer.mac(topic, content), signature[_KEY_ID_BYTES:])


class SignatureCheck:
    """Raises InvalidRecord for each record that the relay did not write."""

    def __init__(self, keys: RecordKeys, unsigned_until: Callable[[], UnsignedUntil | None]) -> None:
        """unsigned_until: reads the offsets; None if no relay that signs has led yet. It is called only for records
        without a signature. It may raise Transient."""
        self._keys = keys
        self._read = unsigned_until
        self._until: UnsignedUntil | None = None
        self._read_at = float("-inf")

    def __call__(self, record: DeliveredRecord) -> None:
        """Raises InvalidRecord and Transient."""
        headers = dict(record.headers)
        signature = headers.get(HEADER)
        if signature is None:
            if not self.may_be_unsigned(record):
                raise InvalidRecord("The record is not signed.")
        elif not self._keys.accept(signature, record.topic, record.key, record.value, headers):
            raise InvalidRecord("The record's signature is not one of ours.")

    def may_be_unsigned(self, record: DeliveredRecord) -> bool:
        """Whether a version that did not sign can have written the record. Raises Transient."""
        now = time.monotonic()
        if now - self._read_at > READ_AGAIN_SECONDS:
            self._until = self._read()
            self._read_at = now
        return self._until is None or record.offset < self._until.get(f"{record.topic}/{record.partition}", 0)


def unsigned(headers: Headers) -> Headers:
    """The headers without a signature."""
    return [(name, value) for name, value in headers if name != HEADER]


def _content(key: bytes | None, value: bytes | None, headers: Named) -> bytes | None:
    """What a signature covers. None if the parts have line breaks, which would make two records look the same."""
    try:
        head = b"\n".join((key or b"", *_signed_contents({**_ABSENT, **headers}), b""))
    except TypeError:  # a header without a value
        return None
    return head + (value or b"") if head.count(b"\n") == _SEPARATORS else None
