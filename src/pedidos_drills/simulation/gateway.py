"""A payment gateway inside the process: the simulator's own book, and answers that get lost."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from pedidos.domain.payment import Answer, Trouble, Verdict
from pedidos.payments.port import Charge, Group, PartRefund, Undo
from pedidos_drills.evidence import book_entries
from pedidos_drills.ledger.records import BookEntry
from pedidos_gateway import book
from pedidos_gateway.book import Case, Request
from pedidos_gateway.book_file import MEMORY

REQUEST_LOST = 0.08
ANSWER_LOST = 0.08

_CHARGED = {
    "captured": Verdict.CAPTURED,
    "declined": Verdict.DECLINED,
    "refunded": Verdict.REFUNDED,
    "voided": Verdict.VOIDED,
}
_UNDONE = {"refunded": Verdict.REFUNDED, "voided": Verdict.VOIDED, "declined": Verdict.VOIDED}
_RETURNED = {"refunded": Verdict.REFUNDED, "refused": Verdict.DECLINED}


class SimulatedGateway:
    """amid is called once per request, when the gateway has the request and has not answered yet."""

    def __init__(self, chance: random.Random) -> None:
        self.amid: Callable[[], None] = lambda: None
        self.reliable = False
        self.keeps_money = False
        """Whether no request to give money back gets an answer."""
        self._chance = chance
        self._book = book.open_book(MEMORY)
        self._slow: list[str] = []
        self._whole = False
        self._one_at_a_time = Lock()

    @contextmanager
    def sober(self) -> Iterator[None]:
        """Inside the context nothing is left to chance, so that two workers can ask at the same time."""
        reliable, self.reliable, self._whole = self.reliable, True, True
        try:
            yield
        finally:
            self.reliable, self._whole = reliable, False

    def charge_many(self, charges: Sequence[Charge], patience_seconds: float) -> Iterator[Group]:
        del patience_seconds  # nothing takes time here
        with self._one_at_a_time:
            asked = {charge.key: self._charge(charge) for charge in sorted(charges, key=lambda charge: charge.key)}
        yield from self._answers(asked)

    def undo_many(self, undos: Sequence[Undo], patience_seconds: float) -> Iterator[Group]:
        del patience_seconds
        yield from self._answers({key: self._undo(key) for key in sorted(undo.key for undo in undos)})

    def refund_many(self, refunds: Sequence[PartRefund], patience_seconds: float) -> Iterator[Group]:
        del patience_seconds
        ordered = sorted(refunds, key=lambda refund: refund.key)
        yield from self._answers({refund.key: self._refund(refund) for refund in ordered})

    def pass_time(self) -> None:
        """Completes the charges in progress."""
        for key in self._slow:
            book.finish(self._book, key)
        self._slow.clear()

    def entries(self) -> list[BookEntry]:
        return book_entries(book.entries(self._book))

    def close(self) -> None:
        self._book.close()

    def _answers(self, asked: dict[str, Answer]) -> Iterator[Group]:
        self.amid()
        left = list(asked.items())
        while left:
            size = len(left) if self._whole else self._chance.randint(1, len(left))
            yield left[:size]
            del left[:size]

    def _charge(self, charge: Charge) -> Answer:
        if self._gets_lost(REQUEST_LOST):
            return _lost("request")
        outcome = book.charge(self._book, charge.key, Request(charge.amount_cents, charge.token))
        if outcome.case is Case.STARTED:
            self._slow.append(charge.key)
        if outcome.shown is None or outcome.trouble is not None:
            return _unknown(outcome.case.name)
        return self._understood(outcome.shown, _CHARGED)

    def _undo(self, key: str) -> Answer:
        if self.keeps_money or self._gets_lost(REQUEST_LOST):
            return _lost("request")
        return self._understood(book.undo(self._book, key), _UNDONE)

    def _refund(self, refund: PartRefund) -> Answer:
        if self.keeps_money or self._gets_lost(REQUEST_LOST):
            return _lost("request")
        shown = book.refund_part(self._book, refund.key, refund.charge, refund.amount_cents)
        return _unknown("the key is that of another refund") if shown is None else self._understood(shown, _RETURNED)

    def _understood(self, shown: Mapping[str, Any], verdicts: Mapping[str, Verdict]) -> Answer:
        if self._gets_lost(ANSWER_LOST):
            return _lost("answer")
        if shown["status"] not in verdicts:
            return _unknown(f"it is {shown['status']}")
        return Answer(verdicts[shown["status"]], shown["reference"], shown["reason"])

    def _gets_lost(self, share: float) -> bool:
        return not self.reliable and self._chance.random() < share


def _lost(what: str) -> Answer:
    return Answer(Verdict.UNKNOWN, reason=f"the {what} was lost", late=True, trouble=Trouble.SILENT)


def _unknown(reason: str) -> Answer:
    return Answer(Verdict.UNKNOWN, reason=reason, trouble=Trouble.ERRORS)
