import pytest

from pedidos.domain.mail_sending import KEEP_TRYING_SECONDS, Outcome, Refusal, Stage, outcome


@pytest.mark.parametrize(
    ("stage", "code", "age", "became"),
    [
        (Stage.RECIPIENT, 550, 0, Outcome.FAILED),
        (Stage.CONTENT, 554, 0, Outcome.FAILED),
        (Stage.RECIPIENT, 450, 0, Outcome.LATER),
        (Stage.CONTENT, 452, KEEP_TRYING_SECONDS - 1, Outcome.LATER),
        (Stage.RECIPIENT, 450, KEEP_TRYING_SECONDS, Outcome.FAILED),
        (Stage.SESSION, 535, 0, Outcome.AWAY),
        (Stage.SESSION, 550, KEEP_TRYING_SECONDS, Outcome.AWAY),
        (Stage.CONTENT, 421, KEEP_TRYING_SECONDS, Outcome.AWAY),
    ],
)
def test_what_a_refusal_means(stage: Stage, code: int, age: float, became: Outcome) -> None:
    assert outcome(Refusal(stage, code), age) is became
