"""Which steps one commit may do, and when the gateway is slow."""

from itertools import pairwise

import pytest

from pedidos.domain import steps
from pedidos.domain.fusing import CLOSING, OPENING, are_neighbours, is_slow
from pedidos.domain.order import Status, passed
from pedidos.domain.payment import Answer, Verdict
from pedidos.domain.steps import ENTRY, PIPELINE, PipelineStep, Step

IN_TIME, LATE = Answer(Verdict.DECLINED), Answer(Verdict.UNKNOWN, late=True)


def test_the_steps_of_a_commit_follow_each_other() -> None:
    assert are_neighbours(OPENING)
    assert are_neighbours(CLOSING)
    assert not are_neighbours((Step.VALIDATE, Step.CHARGE))
    assert not are_neighbours((Step.CONFIRM, Step.UNDO))


def test_a_step_that_is_added_between_them_is_not_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """As CONTRIBUTING says how: such orders take the steps one by one."""
    added = PipelineStep(Step.UNDO, (Status.RESERVED,))  # it stands for a step that does not exist yet
    longer = (*PIPELINE[:2], added, *PIPELINE[2:])
    following = {earlier.step: later for earlier, later in pairwise(longer)}
    monkeypatch.setattr("pedidos.domain.fusing.NEXT", following)
    assert not are_neighbours(OPENING)
    assert are_neighbours(CLOSING)


def test_together_they_write_the_states_that_the_steps_write_one_by_one() -> None:
    assert passed(ENTRY[OPENING[0]], Status.CHARGING) == (Status.VALIDATED, Status.RESERVED, Status.CHARGING)
    assert passed(Status.CHARGING, Status.CONFIRMED) == (Status.PAID, Status.CONFIRMED)
    assert steps.STEP_AT[Status.CHARGING] is OPENING[-1] is CLOSING[0]


@pytest.mark.parametrize(
    ("answers", "slow"),
    [
        ([IN_TIME], False),
        ([LATE], True),
        ([LATE, IN_TIME], True),
        ([LATE, IN_TIME, IN_TIME], False),
        ([Answer(Verdict.UNKNOWN, asked=False, reached=False)], False),
    ],
)
def test_a_gateway_is_slow_if_half_of_its_answers_are_late(answers: list[Answer], slow: bool) -> None:
    assert is_slow(answers) is slow
