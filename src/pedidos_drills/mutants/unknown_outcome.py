"""Treats a missing answer as a refusal. Breaks money: the gateway keeps what it took before the answer was lost."""

from sqlalchemy import Connection

from pedidos.domain.payment import Answer, PaymentTerms, Verdict
from pedidos.sentence import Sentence
from pedidos.steps import charge
from pedidos.steps.execution.record import Answers
from pedidos_drills.safeguard import Safeguard

_put_off_or_decline = charge.put_off_or_decline


def decline_all(connection: Connection, answers: Answers, by: str, terms: PaymentTerms) -> None:
    known = {
        order_id: (attempt, answer if answer.verdict is not Verdict.UNKNOWN else Answer(Verdict.DECLINED))
        for order_id, (attempt, answer) in answers.items()
    }
    _put_off_or_decline(connection, known, by, terms)


SAFEGUARD = Safeguard(
    "unknown-outcome",
    guards="A charge without an answer is requested again under its key, until its outcome is known.",
    off=Sentence("It counts as declined."),
    needs="gateway-times-out",
    invariant="money",
    replaced={"pedidos.steps.charge:put_off_or_decline": decline_all},
)
