"""What a step reports when it has moved orders."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from pedidos.domain.steps import Step


class Moved(NamedTuple):
    """Orders that one commit has moved. steps: those that it has done, in their order; mostly it is one.

    go_on: does the step that follows with what the commit has taken for these orders, such as the leases of their
    payments. Then this process has to do it, at once. None: any worker that gets the hint can do it.
    """

    order_ids: list[UUID]
    steps: tuple[Step, ...]
    go_on: "RunStep | None" = None


RunStep = Callable[[Sequence[UUID]], Iterator[Moved]]
"""Runs a step for these orders. Yields the orders that it moves, in groups, as soon as each group is committed."""
