"""The workflow of an order, once with activities and once with local activities, which need no separate task."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from . import activities

TASK_QUEUE = "orders"
LONGEST_STEP = timedelta(seconds=10)


# Outside the sandbox, which watches for what is not deterministic and costs as much as all else in the worker: there
# is nothing of the kind here.
defined = workflow.defn(sandboxed=False)


async def process(perform: Callable[..., Awaitable[Any]], order_id: str) -> None:
    if not await perform(activities.validate, order_id, start_to_close_timeout=LONGEST_STEP):
        return
    if not await perform(activities.reserve, order_id, start_to_close_timeout=LONGEST_STEP):
        return
    await perform(activities.charge, order_id, start_to_close_timeout=LONGEST_STEP)
    await perform(activities.confirm, order_id, start_to_close_timeout=LONGEST_STEP)


@defined
class WithActivities:
    @workflow.run
    async def run(self, order_id: str) -> None:
        await process(workflow.execute_activity, order_id)


@defined
class WithLocalActivities:
    @workflow.run
    async def run(self, order_id: str) -> None:
        await process(workflow.execute_local_activity, order_id)
