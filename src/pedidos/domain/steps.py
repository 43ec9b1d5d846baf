"""The steps of the pipeline: in which states an order waits for a step, and which step comes next."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from pedidos.domain.order import Status


class Step(StrEnum):
    """Each step has a queue and a Celery task with its name."""

    VALIDATE = "validate"
    RESERVE = "reserve"
    CHARGE = "charge"
    CONFIRM = "confirm"
    UNDO = "undo"
    """Returns the money of an ended order. Like EXPIRE, it is not part of the pipeline: the watchdog starts both."""
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class PipelineStep:
    """A step that every order takes.

    waits_in: the states in which an order waits for it. at_once: whether it is so short that the worker which did the
    previous step also does this one; a message would cost more.
    """

    step: Step
    waits_in: tuple[Status, ...]
    at_once: bool = False


PIPELINE = (
    PipelineStep(Step.VALIDATE, (Status.RECEIVED,)),
    PipelineStep(Step.RESERVE, (Status.VALIDATED,), at_once=True),
    PipelineStep(Step.CHARGE, (Status.RESERVED, Status.CHARGING)),
    PipelineStep(Step.CONFIRM, (Status.PAID,), at_once=True),
)
"""The steps in the order in which every order takes them. Tasks, hints, the watchdog and the documents read it."""

FIRST = PIPELINE[0].step
"""The step of an order that has just been placed."""

STEP_AT = {status: each.step for each in PIPELINE for status in each.waits_in}
"""Which step an order in this state waits for."""

ENTRY = {each.step: each.waits_in[0] for each in PIPELINE}
"""The state in which an order reaches a step."""

NEXT = {earlier.step: later for earlier, later in pairwise(PIPELINE)}
"""The step that follows after a step has moved an order."""
