"""The transactions that moved an order: which step did each, and which steps one transaction did together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from pedidos.domain.order import DELAYED, MONEY_RETURNED, TRANSITIONS, Actor, Status
from pedidos.domain.steps import Step
from pedidos.storage.orders.inspecting import Commit

_STEPS = frozenset(step.value for step in Step)
_PEOPLE = frozenset({Actor.CUSTOMER, Actor.MERCHANT, Actor.COURIER})

_STEP_INTO: Mapping[Status, Step] = {
    **{
        target: Step(actor)
        for targets in TRANSITIONS.values()
        for target, actors in targets.items()
        for actor in actors
        if actor.value in _STEPS
    },
    Status.RECEIVED: Step.EXPIRE,
    Status.EXPIRED: Step.EXPIRE,
}


@dataclass(frozen=True, slots=True)
class Transaction:
    """What one transaction of a worker wrote about the order: by version, with the step of each."""

    commits: Sequence[tuple[Commit, Step]]

    @property
    def first(self) -> Commit:
        return self.commits[0][0]

    @property
    def at(self) -> int:
        """When, in nanoseconds since the epoch."""
        return nanoseconds(self.first.occurred_at)

    @property
    def together(self) -> tuple[Step, ...]:
        """Its steps, if it did more than one."""
        steps = tuple(dict.fromkeys(step for _, step in self.commits))
        return steps if len(steps) > 1 else ()

    def leads_to(self, status: Status) -> bool:
        """Whether the order entered this state in it."""
        return any(commit.status is status for commit, _ in self.commits)


def by_transaction(commits: Sequence[Commit]) -> list[Transaction]:
    """The transactions of workers. commits: by version."""
    own = [(commit, step) for commit in commits if (step := actor_step(commit))]
    return [Transaction(list(each)) for _, each in groupby(own, lambda pair: pair[0].cursor.txid)]


def actor_step(commit: Commit) -> Step | None:
    """The step that moved the order with this commit; None if a person did, or if it did not move."""
    if commit.by.partition(":")[0] in _PEOPLE or commit.version == 1 or commit.type in DELAYED:
        return None
    if commit.type in MONEY_RETURNED:
        return Step.UNDO
    return _STEP_INTO.get(commit.status)


def nanoseconds(at: datetime) -> int:
    """Since the epoch; exact, unlike a float."""
    return int(at.timestamp()) * 1_000_000_000 + at.microsecond * 1000
