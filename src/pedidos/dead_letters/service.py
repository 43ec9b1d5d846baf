"""Replays and discards dead letters, and records who did it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from pedidos.dead_letters import plan
from pedidos.dead_letters.plan import Hint, Impossible, Plan, Publish, SendMail, SendWebhook
from pedidos.domain.audit import Who
from pedidos.domain.steps import Step
from pedidos.errors import RecordRefused
from pedidos.messaging.groups import GROUPS
from pedidos.messaging.record_batches import Record
from pedidos.messaging.signatures import RecordKeys, SignatureCheck
from pedidos.sentence import Sentence
from pedidos.storage.dead_letters import letters, resolving
from pedidos.storage.dead_letters.letters import DeadLetter
from pedidos.storage.event_log import events, unsigned
from pedidos.storage.mails import queue

SHARD = 0

SendHint = Callable[[Step, Sequence[UUID]], None]
SendRecords = Callable[[Sequence[Record]], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for a dead letter. done: False if it stays unchanged; note says what was done, or why not."""

    letter_id: UUID
    done: bool
    note: str


class DeadLetterService:
    """who: for the letter's trail and the audit log. Hints are collected; send_hints() sends them after all commits."""

    def __init__(self, engine: Engine, who: Who, keys: RecordKeys, hint: SendHint, publish: SendRecords) -> None:
        self._engine = engine
        self._who = who
        self._keys = keys
        self._check = SignatureCheck(keys, lambda: unsigned.read(engine, SHARD))
        self._hint = hint
        self._publish = publish
        self._hints: dict[Step, list[UUID]] = defaultdict(list)

    def preview(self, letter_id: UUID) -> Outcome:
        """What a replay would do. Changes nothing."""
        letter = self._open(letter_id)
        if isinstance(letter, Outcome):
            return letter
        planned = self._plan(letter)
        return Outcome(letter_id, not isinstance(planned, Impossible), planned.note)

    def replay(self, letter_id: UUID) -> Outcome:
        """Tries again what failed. Raises KafkaUnavailable if no broker answers."""
        letter = self._open(letter_id)
        if isinstance(letter, Outcome):
            return letter
        planned = self._plan(letter)
        match planned:
            case Impossible():
                return self._in_vain(letter, planned.note)
            case Publish():
                try:
                    self._publish(planned.records)
                except RecordRefused as refusal:
                    return self._in_vain(letter, f"Kafka refuses it: {refusal}")
                done = resolving.resolve(self._engine, letter_id, "replay", self._who, planned.note)
            case Hint(step) if letter.order_id is not None:
                order_id = letter.order_id
                done = resolving.resolve_and_restart(self._engine, letter_id, order_id, self._who, planned.note)
                if done:
                    self._hints[step].append(order_id)
            case SendMail(mail_id):
                done = resolving.resolve_and_send(self._engine, letter_id, mail_id, self._who, planned.note)
            case SendWebhook(delivery_id):
                done = resolving.resolve_and_deliver(self._engine, letter_id, delivery_id, self._who, planned.note)
            case _:
                done = resolving.resolve(self._engine, letter_id, "replay", self._who, planned.note)
        return Outcome(letter_id, done, planned.note if done else Sentence("someone else closed it first"))

    def discard(self, letter_id: UUID, reason: str) -> Outcome:
        """Closes the letter without a replay. reason: for the audit trail."""
        letter = self._open(letter_id)
        if isinstance(letter, Outcome):
            return letter
        done = resolving.resolve(self._engine, letter_id, "discard", self._who, reason)
        return Outcome(
            letter_id,
            done,
            Sentence("discarded: {reason}", reason=reason) if done else Sentence("someone else closed it first"),
        )

    def send_hints(self, at_once: int) -> Iterator[tuple[Step, int]]:
        """Sends hints for the replayed orders, at most at_once orders in a message; yields what was sent.

        The watchdog finds the orders that the task broker did not take.
        """
        for step, order_ids in self._hints.items():
            for begin in range(0, len(order_ids), at_once):
                part = order_ids[begin : begin + at_once]
                self._hint(step, part)
                yield step, len(part)
        self._hints.clear()

    def _open(self, letter_id: UUID) -> DeadLetter | Outcome:
        letter = letters.get(self._engine, letter_id)
        if letter is None:
            return Outcome(letter_id, False, Sentence("there is no such letter"))
        if letter.status != "open":
            return Outcome(
                letter_id,
                False,
                Sentence(
                    "it has been {status} already, by {resolved_by}",
                    status=letter.status,
                    resolved_by=letter.resolved_by,
                ),
            )
        return letter

    def _in_vain(self, letter: DeadLetter, why: str) -> Outcome:
        resolving.record_failure(self._engine, letter.id, "replay", self._who, why)
        return Outcome(letter.id, False, why)

    def _plan(self, letter: DeadLetter) -> Plan:
        if letter.source in GROUPS:
            return plan.of_record(letter, GROUPS[letter.source], self._check, self._keys)
        if letter.source == "relay":
            _, _, cursor = plan.place_of(letter)
            return plan.of_event(letter, events.at(self._engine, cursor), self._keys)
        if letter.source == "mail":
            mail_id = UUID(letter.origin)
            return plan.of_mail(letter, queue.deliveries(self._engine, [mail_id]).get(mail_id))
        if letter.source == "webhook":
            return plan.SendWebhook(UUID(letter.origin))
        return self._plan_of_order(letter)

    def _plan_of_order(self, letter: DeadLetter) -> Plan:
        if letter.source == "provider":
            return Impossible(
                Sentence("compare the order with the provider's records, settle it there, and discard this letter")
            )
        if letter.order_id is None:
            return Impossible("the letter names no order")
        return plan.of_order(resolving.order_state(self._engine, letter.order_id))
