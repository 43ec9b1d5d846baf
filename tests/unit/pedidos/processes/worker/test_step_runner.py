"""What the runner starts after a step: a short step at once, the others by a hint, and nothing for no orders."""

import secrets
import time
from collections.abc import Iterator, Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.fusing import CLOSING, OPENING
from pedidos.domain.steps import NEXT, PIPELINE, Step
from pedidos.errors import TaskBrokerUnavailable
from pedidos.processes.worker.step_runner import StepRunner
from pedidos.steps.execution.moved import Moved, RunStep

NO_ENGINE = cast(Engine, None)


def new_id() -> UUID:
    """Of an order that was accepted just now."""
    return UUID(int=int(time.time() * 1000) << 80 | secrets.randbits(80))


class Steps(dict[Step, RunStep]):
    """Steps that move every order on, except those in `stays`; `done` says what they were given."""

    def __init__(self, stays: Sequence[UUID] = ()) -> None:
        self.done: list[tuple[Step, list[UUID]]] = []
        for step in Step:
            self[step] = self._make(step, stays)

    def _make(self, step: Step, stays: Sequence[UUID]) -> RunStep:
        def run(order_ids: Sequence[UUID]) -> Iterator[Moved]:
            self.done.append((step, list(order_ids)))
            yield Moved([order_id for order_id in order_ids if order_id not in stays], (step,))

        return run


class Hints(list[tuple[Step, Sequence[UUID]]]):
    """What was hinted."""

    def add(self, step: Step, order_ids: Sequence[UUID]) -> None:
        self.append((step, order_ids))


def test_each_step_is_followed_by_the_next_one() -> None:
    orders = [new_id(), new_id()]
    for each in PIPELINE:
        steps, hints = Steps(), Hints()
        StepRunner(steps, NO_ENGINE, hints.add).run(each.step, orders)
        following = NEXT.get(each.step)
        if following is None:
            assert (steps.done, hints) == ([(each.step, orders)], [])
        elif following.at_once:
            assert steps.done[:2] == [(each.step, orders), (following.step, orders)]
        else:
            assert (steps.done, hints) == ([(each.step, orders)], [(following.step, orders)])


def test_orders_that_did_not_move_are_not_passed_on() -> None:
    moves, stays = new_id(), new_id()
    steps = Steps([stays])
    StepRunner(steps, NO_ENGINE, lambda _step, _ids: None).run(Step.CHARGE, [moves, stays])
    assert steps.done == [(Step.CHARGE, [moves, stays]), (Step.CONFIRM, [moves])]
    steps.done.clear()
    StepRunner(steps, NO_ENGINE, lambda _step, _ids: None).run(Step.CHARGE, [stays])
    assert steps.done == [(Step.CHARGE, [stays])]


def test_after_a_commit_of_several_steps_comes_what_follows_the_last_one() -> None:
    """With what the commit has taken: not with the step as it is for a hint."""
    opened, left, steps, hints = new_id(), new_id(), Steps(), Hints()

    def close(order_ids: Sequence[UUID]) -> Iterator[Moved]:
        steps.done.append((OPENING[-1], ["with its lease", *order_ids]))  # type: ignore[list-item]
        yield Moved(list(order_ids), CLOSING)

    def open_(_order_ids: Sequence[UUID]) -> Iterator[Moved]:
        yield Moved([opened], OPENING[:-1], close)
        yield Moved([left], (Step.VALIDATE,))

    steps[Step.VALIDATE] = open_
    StepRunner(steps, NO_ENGINE, hints.add).run(Step.VALIDATE, [opened, left])
    assert steps.done == [(Step.CHARGE, ["with its lease", opened]), (Step.RESERVE, [left])]
    assert hints == [(Step.CHARGE, [left])]


def test_a_hint_that_no_broker_takes_is_left_to_the_watchdog() -> None:
    def refuse(_step: Step, _ids: Sequence[UUID]) -> None:
        raise TaskBrokerUnavailable("no broker")

    StepRunner(Steps(), NO_ENGINE, refuse).run(Step.RESERVE, [new_id()])
