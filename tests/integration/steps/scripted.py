"""A payment gateway that answers as the test says, and keeps a book of what it was asked."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.payment import Answer, Verdict, idempotency_key
from pedidos.payments.port import Charge, PartRefund, Undo
from tests.support.holding import held

CAPTURED = Answer(Verdict.CAPTURED, reference="ref-1")
DECLINED = Answer(Verdict.DECLINED, reason="insufficient_funds")
UNKNOWN = Answer(Verdict.UNKNOWN, reason="no answer in time")
SPARED = Answer(Verdict.UNKNOWN, reason="held back: the gateway seems to be down", asked=False, reached=False)
REFUNDED = Answer(Verdict.REFUNDED, reference="ref-1")
VOIDED = Answer(Verdict.VOIDED)
RETURNED = Answer(Verdict.REFUNDED, reference="re-1")
REFUSED = Answer(Verdict.DECLINED, reason="more_than_is_left")


class ScriptedGateway:
    """Answers CAPTURED and REFUNDED, unless a script says otherwise, in groups of at most `group`."""

    def __init__(self, group: int = 100) -> None:
        self.charged: Counter[str] = Counter()
        self.undone: Counter[str] = Counter()
        self.returned: Counter[str] = Counter()
        """Requests for refunds in part, by their keys."""
        self.parts: list[PartRefund] = []
        self.amounts: dict[str, int] = {}
        self.patience: list[float] = []
        self.before_answer: Callable[[str], None] = lambda _: None
        """Called with the key when the gateway has been asked and has not answered yet."""
        self._scripts: dict[str, list[Answer]] = {}
        self._parts: dict[str, list[Answer]] = {}
        self._group = group

    def will_say(self, order_id: UUID, *answers: Answer) -> None:
        """What is answered about this order, one after the other; the last one from then on."""
        self._scripts[idempotency_key(order_id)] = list(answers)

    def charge_many(self, charges: Sequence[Charge], patience_seconds: float) -> Iterator[list[tuple[str, Answer]]]:
        assert patience_seconds > 0
        self.patience.append(patience_seconds)
        self.charged.update(charge.key for charge in charges)
        self.amounts |= {charge.key: charge.amount_cents for charge in charges}
        return self._answer([charge.key for charge in charges], CAPTURED)

    def undo_many(self, undos: Sequence[Undo], patience_seconds: float) -> Iterator[list[tuple[str, Answer]]]:
        assert patience_seconds > 0
        keys = [undo.key for undo in undos]
        self.undone.update(keys)
        return self._answer(keys, REFUNDED)

    def refund_many(self, refunds: Sequence[PartRefund], patience_seconds: float) -> Iterator[list[tuple[str, Answer]]]:
        """Every refund is scripted under its order."""
        assert patience_seconds > 0
        self.parts += refunds
        self.returned.update(refund.key for refund in refunds)
        charges = {refund.key: refund.charge for refund in refunds}
        for group in self._answer([refund.key for refund in refunds], RETURNED):
            yield [(key, self._part(charges[key]) or answer) for key, answer in group]

    def will_say_of_parts(self, order_id: UUID, *answers: Answer) -> None:
        """What is answered about refunds of this order, one after the other; then RETURNED."""
        self._parts[idempotency_key(order_id)] = list(answers)

    def _part(self, charge: str) -> Answer | None:
        script = self._parts.get(charge)
        return script.pop(0) if script else None

    def _answer(self, keys: list[str], usual: Answer) -> Iterator[list[tuple[str, Answer]]]:
        assert len(set(keys)) == len(keys)
        for start in range(0, len(keys), self._group):
            for key in keys[start : start + self._group]:
                self.before_answer(key)
            yield [(key, self._next(key, usual)) for key in keys[start : start + self._group]]

    def _next(self, key: str, usual: Answer) -> Answer:
        script = self._scripts.get(key)
        if script is None or (usual is REFUNDED and script[0].verdict in (Verdict.CAPTURED, Verdict.DECLINED)):
            return usual  # what is scripted answers a charge: no gateway says that of an undo
        return script.pop(0) if len(script) > 1 else script[0]


@contextmanager
def held_once_asked(engine: Engine, gateway: ScriptedGateway, table: str, column: str, row: UUID) -> Iterator[None]:
    """Inside, the row is held from the moment on at which the gateway was asked."""
    with ExitStack() as holding:

        def hold(_: str) -> None:
            gateway.before_answer = lambda _: None
            holding.enter_context(held(engine, table, column, row))

        gateway.before_answer = hold
        yield
