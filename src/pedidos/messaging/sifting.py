"""Divides the records of a partition into those that are ours and can be decoded, and those that are rejected."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from kafka.consumer.fetcher import ConsumerRecord

from pedidos.domain.dead_letter_limit import NOTHING_SPENT, DeadLetterLimit, Spent
from pedidos.messaging.codec import InvalidRecord
from pedidos.messaging.unreadable import unreadable

T = TypeVar("T")
Check = Callable[[ConsumerRecord], None]
"""Raises InvalidRecord for a record that the relay did not write (`messaging.signatures`)."""


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A record that is not the relay's, or cannot be decoded. reason: printable. If the record cannot even be parsed,
    its value is the bytes as they were sent, or None."""

    record: ConsumerRecord
    reason: str

    @property
    def origin(self) -> str:
        """Its place: topic/partition/offset."""
        return f"{self.record.topic}/{self.record.partition}/{self.record.offset}"


@dataclass(slots=True)
class Sifted(Generic[T]):
    """stopped_at: the first record that the limit does not allow to set aside. Neither list has this record or a later
    one."""

    decoded: list[T] = field(default_factory=list)
    rejected: list[RejectedRecord] = field(default_factory=list)
    spent: Spent = NOTHING_SPENT
    stopped_at: RejectedRecord | None = None


def sift(
    records: Iterable[ConsumerRecord],
    check: Check,
    decode: Callable[[ConsumerRecord], T],
    limit: DeadLetterLimit | None = None,
    spent: Spent = NOTHING_SPENT,
) -> Sifted[T]:
    """Sifts the records in their order. check, decode: raise InvalidRecord. limit: for invalid records, with what the
    partition has spent of it; None: no limit."""
    sifted: Sifted[T] = Sifted()
    letters, counted = spent.letters, 0
    for record in records:
        try:
            reason = unreadable(record)
            if reason is None:
                check(record)
                sifted.decoded.append(decode(record))
                continue
            reason = f"The record cannot be read. {reason}"
        except InvalidRecord as error:
            reason = str(error)
        found = RejectedRecord(record, reason)
        if limit is not None:
            letters = limit.after_decoded(letters, len(sifted.decoded) - counted)
            counted = len(sifted.decoded)
            if not limit.allows_another(letters):
                sifted.stopped_at = found
                break
            letters += 1
        sifted.rejected.append(found)
    if limit is not None and letters:
        letters = limit.after_decoded(letters, len(sifted.decoded) - counted)
    sifted.spent = Spent(letters)
    return sifted
