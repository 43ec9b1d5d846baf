"""Believes any answer of the gateway. Breaks "money": an answer about another charge declines a captured one."""

import orjson

from pedidos.domain.payment import Answer, Verdict
from pedidos.payments.answers import Expected
from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard


def believed(status: int, _content_type: str, body: bytes, expected: Expected) -> Answer:
    try:
        said = orjson.loads(body)
        verdict = expected.verdicts.get(said["status"], Verdict.UNKNOWN)
        return Answer(verdict, said["reference"], said["reason"])
    except (ValueError, KeyError, TypeError):
        return Answer(Verdict.UNKNOWN, reason=f"HTTP {status}")


SAFEGUARD = Safeguard(
    "answers-checked",
    guards="An answer of the gateway counts only if it is about this charge and each of its members is as agreed.",
    off=Sentence("Any status that it names is believed."),
    needs="gateway-nonsense",
    invariant="money",
    replaced={"pedidos.payments.answers:understand": believed},
)
