"""Decides what a replay of a dead letter does, from the letter and the state of its order or event."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from pedidos.domain.cursor import Cursor
from pedidos.domain.order import Status
from pedidos.domain.payment import PaymentStatus
from pedidos.domain.steps import STEP_AT, Step
from pedidos.messaging.codec import Headers, InvalidRecord
from pedidos.messaging.groups import ConsumerGroup
from pedidos.messaging.record_batches import Record
from pedidos.messaging.signatures import RecordKeys, SignatureCheck, unsigned
from pedidos.publishing.records import records
from pedidos.sentence import Sentence
from pedidos.storage.dead_letters.letters import DeadLetter
from pedidos.storage.dead_letters.resolving import OrderState
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.mails.queue import Delivery


@dataclass(frozen=True, slots=True)
class Hint:
    """The watchdog hints the order again, and the step gets a hint for it at once."""

    step: Step

    @property
    def note(self) -> str:
        return Sentence("the step {step} looks at the order again", step=self.step)


@dataclass(frozen=True, slots=True)
class Publish:
    """The records are sent to Kafka again."""

    records: Sequence[Record]

    @property
    def note(self) -> str:
        return Sentence("published again to {topic}", topic=", ".join(record.topic for record in self.records))


@dataclass(frozen=True, slots=True)
class SendMail:
    """The mail waits to be sent again."""

    mail_id: UUID
    note: str = "the mail is sent again"


@dataclass(frozen=True, slots=True)
class SendWebhook:
    """The delivery waits to be sent again."""

    delivery_id: UUID
    note: str = "the webhook is sent again"


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing left to do: the letter can be closed."""

    note: str


@dataclass(frozen=True, slots=True)
class Impossible:
    """A replay would change nothing; the note says why. The letter stays open."""

    note: str


Plan = Hint | Publish | SendMail | SendWebhook | Nothing | Impossible


def of_order(order: OrderState | None) -> Plan:
    """The plan for a letter of the watchdog or a worker, from the state of its order."""
    if order is None:
        return Impossible(Sentence("there is no such order"))
    if order.payment == PaymentStatus.UNDOING or order.refunding:
        return Hint(Step.UNDO)
    step = STEP_AT.get(Status(order.status))
    return (
        Nothing(Sentence("the order is {status}: no step has anything to do", status=order.status))
        if step is None
        else Hint(step)
    )


def of_mail(letter: DeadLetter, delivery: Delivery | None) -> Plan:
    """The plan for a letter of a mail: to send it again, from what became of it."""
    if delivery is None:
        return Impossible("the mail is not kept any more")
    if delivery.state != "failed":
        return Nothing(f"the mail is {delivery.state}")
    return SendMail(UUID(letter.origin))


class _Kept(NamedTuple):
    """The record of a letter, at its place on Kafka."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: Headers


def of_record(letter: DeadLetter, group: ConsumerGroup[Any], check: SignatureCheck, keys: RecordKeys) -> Plan:
    """The plan for a letter of a consumer: to send its record, if the relay wrote it and it can be decoded now. Raises
    Transient."""
    if letter.cut:
        return Impossible(Sentence("only the first {count} bytes of the record were kept", count=len(letter.payload)))
    _, partition, offset = letter.origin.rsplit("/", 2)
    record = _Kept(group.topic, int(partition), int(offset), letter.key, letter.payload, letter.headers)
    try:
        check(record)
        group.decode(record)
    except InvalidRecord as problem:
        return Impossible(Sentence("the record is still refused: {problem}", problem=problem))
    # Signed again: it may be of a version that did not sign, and goes behind the last record that may lack a signature.
    headers = keys.sign(group.topic, record.key or b"", record.value, unsigned(record.headers))
    return Publish([Record(group.topic, record.key, record.value, headers)])


def place_of(letter: DeadLetter) -> tuple[int, int, Cursor]:
    """Shard, running number and cursor of the event that a relay's letter is about. Raises ValueError."""
    shard, number, text = letter.origin.split("/")
    cursor = Cursor.parse(text)
    if cursor is None:
        raise ValueError(f"no cursor: {text}")
    return int(shard), int(number), cursor


def of_event(letter: DeadLetter, event: LoggedEvent | None, keys: RecordKeys) -> Plan:
    """The plan for a letter of the relay: to send its complete event, under the same running number."""
    if event is None:
        return Impossible(Sentence("the event is not in the log any more"))
    shard, number, _ = place_of(letter)
    return Publish([*records(event, shard, number, keys)])
