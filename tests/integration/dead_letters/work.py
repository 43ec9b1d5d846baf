"""What the tests of the service have in common."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Engine

from pedidos.dead_letters.service import DeadLetterService
from pedidos.domain.audit import Who
from pedidos.domain.steps import Step
from pedidos.errors import TaskBrokerUnavailable
from pedidos.messaging.record_batches import Record
from pedidos.storage.dead_letters.letters import DeadLetter, Filter, find, get
from tests.support.signing import KEYS


@dataclass
class Sent:
    """What a service sent: hints by step, and records."""

    hints: dict[Step, list[UUID]] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    refusal: Exception | None = None
    deaf: bool = False
    """The task broker is away."""

    def hint(self, step: Step, order_ids: Sequence[UUID]) -> None:
        if self.deaf:
            raise TaskBrokerUnavailable("away")
        self.hints.setdefault(step, []).extend(order_ids)

    def publish(self, records: Sequence[Record]) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.records.extend(records)

    def service(self, engine: Engine, by: str = "ana") -> DeadLetterService:
        return DeadLetterService(engine, Who(local_user=by), KEYS, self.hint, self.publish)


def letters(engine: Engine, wanted: Filter | None = None) -> list[DeadLetter]:
    """Those that fit, whole, the oldest first."""
    found = [get(engine, one.id) for one in reversed(find(engine, wanted or Filter(), 100))]
    return [letter for letter in found if letter is not None]


def only(engine: Engine, wanted: Filter | None = None) -> DeadLetter:
    """The one letter that there is."""
    (letter,) = letters(engine, wanted)
    return letter
