"""The steps of the pipeline: which looks at an order in which state, and which comes next."""

from enum import StrEnum

from pedidos.domain.order import Status


class Step(StrEnum):
    """Each has a queue and a task of its name. UNDO gives back the money of an order that was undone."""

    VALIDATE = "validate"
    RESERVE = "reserve"
    CHARGE = "charge"
    CONFIRM = "confirm"
    UNDO = "undo"
    EXPIRE = "expire"


STEP_AT = {
    Status.RECEIVED: Step.VALIDATE,
    Status.VALIDATED: Step.RESERVE,
    Status.RESERVED: Step.CHARGE,
    Status.CHARGING: Step.CHARGE,
    Status.PAID: Step.CONFIRM,
}
"""What an order in flight waits for."""

NEXT = {Step.VALIDATE: Step.RESERVE, Step.RESERVE: Step.CHARGE, Step.CHARGE: Step.CONFIRM}
"""What to look at next, once a step has moved an order on."""

AT_ONCE = frozenset({Step.VALIDATE, Step.CHARGE})
"""Steps whose next step is so short that the same worker does it at once: a message would cost more."""
