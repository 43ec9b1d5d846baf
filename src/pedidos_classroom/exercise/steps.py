"""The steps that the exercise added, and what can be said of any step from the pipeline alone."""

from collections.abc import Iterable, Iterator, Sequence

from pedidos.domain.order import Status, event_type
from pedidos.domain.steps import ENTRY, NEXT, PIPELINE, PipelineStep, Step
from pedidos_drills.drill import Finding
from pedidos_drills.ledger.money import PAID
from pedidos_drills.ledger.records import Evidence

GIVEN = ("validate", "reserve", "charge", "confirm")
"""The steps that were there before."""

SERVED = PAID - {Status.PAID}
"""States of an order that has taken every step."""


def added(pipeline: Sequence[PipelineStep] = PIPELINE) -> list[Step]:
    """The steps that were not there before."""
    return [each.step for each in pipeline if each.step not in GIVEN]


def leads_to(step: Step) -> Status:
    """The state in which the step leaves an order that goes on."""
    return ENTRY[NEXT[step].step] if step in NEXT else Status.CONFIRMED


def skipped(evidence: Evidence, steps: Iterable[Step]) -> Iterator[Finding]:
    """Orders that were confirmed although a step has not moved them, or has moved them twice."""
    for step in steps:
        state = leads_to(step)
        reached = [event.order_id for event in evidence.events if event.type == event_type(state)]
        for order in evidence.orders:
            if order.status in SERVED and (times := reached.count(order.id)) != 1:
                yield f"confirmed, and moved to {state} {times} times", order.id
